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

mapped as (
    {{ contact_keys_of('named') }}
),

final as (
    {{ conform('contact_keys', 'mapped') }}
)

select * from final
