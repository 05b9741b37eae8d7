-- A credit memo lowers what is owed on its day and moves no money; a refund receipt pays it out.
-- Neither names the sale: a memo stands at the one invoice a payment applies it to, else both count
-- on their day, for no order.
with documents as (
    select * from {{ ref('int_quickbooks__documents_totalled') }}
    where entity in ('CreditMemo', 'RefundReceipt') and not is_voided
),

applied as (
    select * from {{ ref('int_quickbooks__memos_applied') }}
),

tied as (
    select
        documents.*,
        applied.invoice_key as order_id
    from documents
    left join applied
        on documents.document_key = applied.document_key and documents._feed = applied._feed
),

mapped as (
    select
        document_key as refund_id,
        order_id,
        customer_id,
        currency_code,
        total_amount as refund_amount,
        gross_amount - discount_amount as refund_net_amount,
        tax_amount as refund_tax_amount,
        shipping_amount as refund_shipping_amount,
        gift_card_amount as refund_gift_card_amount,
        is_deleted,
        transaction_on as refunded_on,
        _feed,
        _load_id,
        null as payment_id,
        null as settled_currency_code,
        null as settled_amount,
        null as settled_fee_amount,
        null as refund_tip_amount,
        null as refund_service_fee_amount,
        null as refund_duty_amount,
        null as refund_rounding_amount,
        false as is_stored_value,
        'refund' as refund_kind,
        'succeeded' as refund_status,
        false as is_test,
        case when entity = 'RefundReceipt' then total_amount else 0 end as paid_back_amount,
        {{ local_midnight('transaction_on') }} as refunded_at
    from tied
),

final as (
    {{ conform('refunds', 'mapped') }}
)

select * from final
