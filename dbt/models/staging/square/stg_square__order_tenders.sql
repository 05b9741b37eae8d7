with source as (
    select * from {{ source('square', 'orders__tenders') }}
),

renamed as (
    select
        -- ids
        _parent_id as order_id,
        _position as tender_position,
        id as tender_id,
        payment_id,
        customer_id,
        -- text
        type as tender_type,
        currency as currency_code,
        -- times
        created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ minor_to_major('amount', 'currency') }} as tender_amount,
        {{ minor_to_major('coalesce(tip_amount, 0)', 'currency') }} as tip_amount
    from source
)

select * from renamed
