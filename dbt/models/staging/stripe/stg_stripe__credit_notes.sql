with source as (
    select * from {{ source('stripe', 'credit_notes') }}
),

renamed as (
    select
        -- ids
        id as credit_note_id,
        invoice as invoice_id,
        customer as customer_id,
        customer_balance_transaction as customer_balance_transaction_id,
        -- text
        number as credit_note_number,
        status as credit_note_status,
        type as credit_note_type,
        reason,
        metadata,
        -- times
        effective_at,
        voided_at,
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('subtotal', 'currency') }} as subtotal_amount,
        {{ minor_to_major('total', 'currency') }} as total_amount,
        {{ minor_to_major('total_excluding_tax', 'currency') }} as untaxed_total_amount,
        {{ minor_to_major('coalesce(amount_shipping, 0)', 'currency') }} as shipping_amount,
        {{ minor_to_major('coalesce(discount_amount, 0)', 'currency') }} as discount_amount,
        {{ minor_to_major('coalesce(pre_payment_amount, 0)', 'currency') }}
            as credited_before_payment_amount,
        {{ minor_to_major('coalesce(post_payment_amount, 0)', 'currency') }}
            as credited_after_payment_amount,
        {{ minor_to_major('coalesce(out_of_band_amount, 0)', 'currency') }}
            as paid_elsewhere_amount,
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
