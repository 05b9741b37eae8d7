-- A contact's office and mobile number; the record itself names the better one.
with contacts as (
    select * from {{ ref('stg_salesforce__contacts') }}
),

named as (
    select
        contact_id as record_id,
        'phone' as key_kind,
        _feed,
        _load_id,
        trim(phone) as key_value
    from contacts
    union all
    select
        contact_id as record_id,
        'phone' as key_kind,
        _feed,
        _load_id,
        trim(mobile_phone) as key_value
    from contacts
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
