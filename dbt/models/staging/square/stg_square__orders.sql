with source as (
    select * from {{ source('square', 'orders') }}
),

renamed as (
    select
        -- ids
        id as order_id,
        location_id,
        customer_id,
        -- text
        state as order_state,
        source_name,
        ticket_name,
        currency as currency_code,
        -- numbers
        version as order_version,
        -- times
        created_at,
        updated_at,
        closed_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ minor_to_major('total_amount', 'currency') }} as total_amount,
        {{ minor_to_major('tax_amount', 'currency') }} as tax_amount,
        {{ minor_to_major('coalesce(discount_amount, 0)', 'currency') }} as discount_amount,
        {{ minor_to_major('coalesce(tip_amount, 0)', 'currency') }} as tip_amount,
        {{ minor_to_major('coalesce(service_charge_amount, 0)', 'currency') }}
            as service_charge_amount,
        {{ minor_to_major('net_total_amount', 'currency') }} as net_total_amount,
        {{ minor_to_major('coalesce(return_total_amount, 0)', 'currency') }} as return_total_amount,
        {{ minor_to_major('coalesce(rounding_amount, 0)', 'currency') }} as rounding_amount,
        return_total_amount is not null as has_returns,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
