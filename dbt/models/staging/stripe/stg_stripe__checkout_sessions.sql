with source as (
    select * from {{ source('stripe', 'checkout_sessions') }}
),

renamed as (
    select
        -- ids
        id as checkout_session_id,
        customer as customer_id,
        payment_intent as payment_intent_id,
        invoice as invoice_id,
        subscription as subscription_id,
        payment_link as payment_link_id,
        -- text
        client_reference_id as order_reference,
        mode as session_mode,
        status as session_status,
        payment_status,
        customer_email,
        metadata,
        -- times
        expires_at,
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        upper(presentment_currency) as presentment_currency_code,
        {{ minor_to_major('amount_subtotal', 'currency') }} as subtotal_amount,
        {{ minor_to_major('discount', 'currency') }} as discount_amount,
        {{ minor_to_major('shipping', 'currency') }} as shipping_amount,
        {{ minor_to_major('tax', 'currency') }} as tax_amount,
        {{ minor_to_major('amount_total', 'currency') }} as total_amount,
        {{ minor_to_major('presentment_amount', 'presentment_currency') }} as presentment_amount,
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
