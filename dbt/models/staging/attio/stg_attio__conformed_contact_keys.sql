-- A person of Attio has lists of addresses and numbers; the record itself names the first of each.
with emails as (
    select * from {{ ref('stg_attio__people_email_addresses') }}
),

phones as (
    select * from {{ ref('stg_attio__people_phone_numbers') }}
),

named as (
    select
        person_id as record_id,
        'email' as key_kind,
        _feed,
        _load_id,
        lower(trim(email_address)) as key_value
    from emails
    union all
    select
        person_id as record_id,
        'phone' as key_kind,
        _feed,
        _load_id,
        trim(phone_number) as key_value
    from phones
),

mapped as (
    {{ contact_keys_of('named') }}
),

final as (
    {{ conform('contact_keys', 'mapped') }}
)

select * from final
