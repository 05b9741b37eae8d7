with source as (
    select * from {{ source('shopify', 'abandoned_checkouts') }}
),

renamed as (
    select
        -- ids
        id as abandoned_checkout_id,
        customer_id,
        -- text
        name as checkout_name,
        currency_code,
        discount_codes,
        shipping_country_code,
        -- numbers
        discount_amount,
        subtotal_amount,
        tax_amount,
        duty_amount,
        total_amount,
        -- times
        created_at,
        updated_at,
        completed_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        coalesce(is_tax_included, false) as is_tax_included,
        completed_at is not null as is_recovered,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
