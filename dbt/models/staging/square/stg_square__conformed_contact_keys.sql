-- Where a customer had a receipt sent.
with payments as (
    select * from {{ ref('stg_square__payments') }}
),

named as (
    select
        customer_id as record_id,
        'email' as key_kind,
        _feed,
        _load_id,
        lower(trim(buyer_email_address)) as key_value
    from payments
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
