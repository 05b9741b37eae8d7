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

distinct_keys as (
    select
        record_id,
        key_kind,
        key_value,
        _feed,
        max(_load_id) as _load_id
    from named
    where record_id is not null and key_value <> ''
    group by record_id, key_kind, key_value, _feed
),

mapped as (
    select
        *,
        record_id || ' ' || key_kind || ' ' || key_value as contact_key_id
    from distinct_keys
),

final as (
    {{ conform('contact_keys', 'mapped') }}
)

select * from final
