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

mapped as (
    {{ contact_keys_of('named') }}
),

final as (
    {{ conform('contact_keys', 'mapped') }}
)

select * from final
