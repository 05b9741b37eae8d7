with source as (
    select * from {{ source('stripe', 'charges') }}
),

renamed as (
    select
        -- ids
        id as charge_id,
        customer as customer_id,
        payment_intent as payment_intent_id,
        payment_method as payment_method_id,
        balance_transaction as balance_transaction_id,
        -- text
        status as charge_status,
        payment_method_type,
        card_brand,
        card_funding,
        card_country as card_country_code,
        description as charge_description,
        failure_code,
        failure_message,
        receipt_email,
        billing_email,
        billing_name,
        billing_postal_code,
        billing_country as billing_country_code,
        metadata,
        -- times
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ metadata_order_id('metadata') }} as metadata_order_id,
        upper(currency) as currency_code,
        {{ minor_to_major('amount', 'currency') }} as charge_amount,
        {{ minor_to_major('amount_captured', 'currency') }} as captured_amount,
        {{ minor_to_major('amount_refunded', 'currency') }} as refunded_amount,
        coalesce(paid, false) as is_paid,
        coalesce(captured, false) as is_captured,
        coalesce(refunded, false) as is_refunded,
        coalesce(disputed, false) as is_disputed,
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
