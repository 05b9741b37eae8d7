with source as (
    select * from {{ source('stripe', 'invoice_payments') }}
),

renamed as (
    select
        -- ids
        id as invoice_payment_id,
        invoice as invoice_id,
        payment_intent as payment_intent_id,
        charge as charge_id,
        -- text
        payment_type,
        status as invoice_payment_status,
        -- booleans
        is_default,
        -- times
        paid_at,
        canceled_at,
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('amount_requested', 'currency') }} as requested_amount,
        {{ minor_to_major('amount_paid', 'currency') }} as paid_amount,
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
