with source as (
    select * from {{ source('square', 'orders__returns') }}
),

renamed as (
    select
        -- ids
        _parent_id as order_id,
        _position as return_position,
        source_order_id,
        -- text
        return_line_items,
        currency as currency_code,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ minor_to_major('return_amount', 'currency') }} as return_amount,
        {{ minor_to_major('tax_amount', 'currency') }} as tax_amount,
        {{ minor_to_major('discount_amount', 'currency') }} as discount_amount,
        {{ minor_to_major('tip_amount', 'currency') }} as tip_amount,
        {{ minor_to_major('service_charge_amount', 'currency') }} as service_charge_amount,
        {{ minor_to_major('rounding_amount', 'currency') }} as rounding_amount
    from source
)

select * from renamed
