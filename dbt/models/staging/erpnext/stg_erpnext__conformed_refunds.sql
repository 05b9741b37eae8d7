-- A credit note is negative; whether its money was paid out or set off, the sale is smaller by it.
-- At the till money goes back at once; else a payment entry pays it, or the next invoice uses it.
with credit_notes as (
    select * from {{ ref('int_erpnext__invoices_totalled') }}
    where is_submitted and is_return
),

entries as (
    select * from {{ ref('stg_erpnext__payment_entries') }}
    where payment_type = 'Pay' and party_type = 'Customer' and is_submitted
),

allocations as (
    select * from {{ ref('stg_erpnext__payment_entry_references') }}
    where document_type = 'Sales Invoice'
),

paid_back as (
    select
        allocations._feed,
        allocations.document_id,
        sum(abs(allocations.allocated_amount)) as paid_back_amount
    from allocations
    inner join entries
        on
            allocations._feed = entries._feed
            and allocations.payment_entry_id = entries.payment_entry_id
    group by allocations._feed, allocations.document_id
),

mapped as (
    select
        credit_notes.sales_invoice_id as refund_id,
        credit_notes.returned_invoice_id as order_id,
        credit_notes.customer_id,
        credit_notes.currency_code,
        credit_notes.is_deleted,
        credit_notes.posted_on as refunded_on,
        credit_notes._feed,
        credit_notes._load_id,
        null as payment_id,
        null as settled_currency_code,
        null as settled_amount,
        null as settled_fee_amount,
        null as refund_tip_amount,
        null as refund_gift_card_amount,
        false as is_stored_value,
        'refund' as refund_kind,
        'succeeded' as refund_status,
        false as is_test,
        -credit_notes.total_amount as refund_amount,
        -credit_notes.net_amount as refund_net_amount,
        -credit_notes.tax_amount as refund_tax_amount,
        -credit_notes.shipping_amount as refund_shipping_amount,
        -credit_notes.service_fee_amount as refund_service_fee_amount,
        -credit_notes.duty_amount as refund_duty_amount,
        -credit_notes.rounding_difference_amount as refund_rounding_amount,
        case
            when credit_notes.is_pos then coalesce(-credit_notes.paid_amount, 0)
            else coalesce(paid_back.paid_back_amount, 0)
        end as paid_back_amount,
        {{ local_midnight('credit_notes.posted_on') }} as refunded_at
    from credit_notes
    left join paid_back
        on
            credit_notes._feed = paid_back._feed
            and credit_notes.sales_invoice_id = paid_back.document_id
),

final as (
    {{ conform('refunds', 'mapped') }}
)

select * from final
