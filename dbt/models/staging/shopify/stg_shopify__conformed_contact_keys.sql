-- What a customer wrote at the checkout; it need not be what the account says.
with orders as (
    select * from {{ ref('stg_shopify__orders') }}
),

named as (
    select
        customer_id as record_id,
        'email' as key_kind,
        _feed,
        _load_id,
        lower(trim(email)) as key_value
    from orders
    union all
    select
        customer_id as record_id,
        'phone' as key_kind,
        _feed,
        _load_id,
        trim(phone) as key_value
    from orders
),

mapped as (
    {{ contact_keys_of('named') }}
),

final as (
    {{ conform('contact_keys', 'mapped') }}
)

select * from final
