-- A customer's office and mobile number; the record itself names the first.
with customers as (
    select * from {{ ref('stg_quickbooks_csv__customers') }}
),

named as (
    select
        customer_name as record_id,
        'phone' as key_kind,
        _feed,
        _load_id,
        trim(phone) as key_value
    from customers
    union all
    select
        customer_name as record_id,
        'phone' as key_kind,
        _feed,
        _load_id,
        trim(mobile) as key_value
    from customers
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
