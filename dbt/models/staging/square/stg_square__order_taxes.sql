with source as (
    select * from {{ source('square', 'orders__taxes') }}
),

renamed as (
    select
        -- ids
        _parent_id as order_id,
        _position as tax_position,
        uid as tax_uid,
        catalog_object_id,
        -- text
        name as tax_name,
        type as tax_type,
        scope as tax_scope,
        currency as currency_code,
        -- numbers
        percentage as tax_percent,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ minor_to_major('applied_amount', 'currency') }} as applied_amount
    from source
)

select * from renamed
