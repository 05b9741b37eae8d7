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

mapped as (
    {{ contact_keys_of('named') }}
),

final as (
    {{ conform('contact_keys', 'mapped') }}
)

select * from final
