with source as (
    select * from {{ source('stripe', 'invoices__lines') }}
),

renamed as (
    select
        -- ids
        _parent_id as invoice_id,
        _position as line_position,
        id as line_id,
        price as price_id,
        product as product_id,
        subscription as subscription_id,
        -- text
        description as line_description,
        -- numbers
        quantity,
        quantity_decimal,
        unit_amount_decimal as unit_amount_minor,
        -- times
        period_start as period_starts_at,
        period_end as period_ends_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('amount', 'currency') }} as line_amount
    from source
)

select * from renamed
