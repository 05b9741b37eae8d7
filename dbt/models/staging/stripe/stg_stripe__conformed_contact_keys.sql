-- Addresses on a customer's charges and invoices.
with charges as (
    select * from {{ ref('stg_stripe__charges') }}
),

invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
),

named as (
    select
        customer_id as record_id,
        'email' as key_kind,
        _feed,
        _load_id,
        lower(trim(billing_email)) as key_value
    from charges
    union all
    select
        customer_id as record_id,
        'email' as key_kind,
        _feed,
        _load_id,
        lower(trim(receipt_email)) as key_value
    from charges
    union all
    select
        customer_id as record_id,
        'email' as key_kind,
        _feed,
        _load_id,
        lower(trim(customer_email)) as key_value
    from invoices
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
