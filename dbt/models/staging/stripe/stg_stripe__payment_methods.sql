with source as (
    select * from {{ source('stripe', 'payment_methods') }}
),

renamed as (
    select
        -- ids
        id as payment_method_id,
        customer as customer_id,
        -- text
        type as payment_method_type,
        allow_redisplay as redisplay,
        card_brand,
        card_funding,
        card_country as card_country_code,
        card_last4,
        card_wallet,
        billing_email,
        billing_name,
        billing_country as billing_country_code,
        metadata,
        -- numbers
        card_exp_month as card_expiry_month,
        card_exp_year as card_expiry_year,
        -- times
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
