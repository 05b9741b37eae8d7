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

mapped as (
    {{ contact_keys_of('named') }}
),

final as (
    {{ conform('contact_keys', 'mapped') }}
)

select * from final
