-- An invoice is revenue when it is written (accrual), a sales receipt is paid at once. A balance
-- of 0 may be a credit, too: payments tell what was paid.
with documents as (
    select * from {{ ref('int_quickbooks__documents_totalled') }}
    where entity in ('Invoice', 'SalesReceipt')
),

mapped as (
    select
        document_key as order_id,
        customer_id,
        document_number as order_number,
        currency_code,
        gross_amount,
        discount_amount,
        tax_amount,
        shipping_amount,
        gift_card_amount,
        total_amount,
        is_deleted,
        is_voided as is_cancelled,
        transaction_on as ordered_on,
        updated_at,
        _feed,
        _load_id,
        null as paid_order_number,
        {{ number_in_text('private_note') }} as noted_order_number,
        null as payment_word,
        0 as service_fee_amount,
        0 as duty_amount,
        0 as rounding_amount,
        0 as tip_amount,
        false as is_test,
        case
            when is_voided then 'cancelled'
            when entity = 'SalesReceipt' or balance = 0 then 'paid'
            else 'invoiced'
        end as order_status,
        case when entity = 'Invoice' then 'invoice' end as payment_method,
        {{ local_midnight('transaction_on') }} as ordered_at
    from documents
),

final as (
    {{ conform('orders', 'mapped') }}
)

select * from final
