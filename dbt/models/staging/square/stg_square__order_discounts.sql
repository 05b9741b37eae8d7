with source as (
    select * from {{ source('square', 'orders__discounts') }}
),

renamed as (
    select
        -- ids
        _parent_id as order_id,
        _position as discount_position,
        uid as discount_uid,
        catalog_object_id,
        -- text
        name as discount_name,
        type as discount_type,
        scope as discount_scope,
        currency as currency_code,
        -- numbers
        percentage as discount_percent,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ minor_to_major('applied_amount', 'currency') }} as applied_amount
    from source
)

select * from renamed
