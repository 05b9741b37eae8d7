with source as (
    select * from {{ source('stripe', 'payment_intents') }}
),

renamed as (
    select
        -- ids
        id as payment_intent_id,
        customer as customer_id,
        latest_charge as latest_charge_id,
        payment_method as payment_method_id,
        -- text
        status as payment_intent_status,
        cancellation_reason,
        description as payment_intent_description,
        receipt_email,
        metadata,
        -- times
        canceled_at,
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('amount', 'currency') }} as intended_amount,
        {{ minor_to_major('amount_received', 'currency') }} as received_amount,
        {{ minor_to_major('amount_capturable', 'currency') }} as capturable_amount,
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
