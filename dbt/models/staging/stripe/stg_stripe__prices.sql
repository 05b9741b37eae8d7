with source as (
    select * from {{ source('stripe', 'prices') }}
),

renamed as (
    select
        -- ids
        id as price_id,
        product as product_id,
        lookup_key,
        -- text
        type as price_type,
        billing_scheme,
        nickname,
        recurring_interval,
        metadata,
        -- numbers
        recurring_interval_count,
        -- times
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{
            minor_to_major('coalesce(unit_amount_decimal, unit_amount)', 'currency', 'price')
        }} as unit_price,
        coalesce(active, false) as is_active,
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
