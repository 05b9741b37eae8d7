-- A credit note is negative; whether its money was paid out or set off, the sale is smaller by it.
with credit_notes as (
    select * from {{ ref('stg_erpnext__sales_invoices') }}
    where is_submitted and is_return and not is_opening
),

mapped as (
    select
        sales_invoice_id as refund_id,
        returned_invoice_id as order_id,
        customer_id,
        currency_code,
        is_deleted,
        posted_on as refunded_on,
        _feed,
        _load_id,
        null as payment_id,
        null as refund_shipping_amount,
        null as refund_tip_amount,
        null as refund_gift_card_amount,
        null as paid_back_amount,
        'refund' as refund_kind,
        'succeeded' as refund_status,
        false as is_test,
        -total_amount as refund_amount,
        -net_amount as refund_net_amount,
        -tax_amount as refund_tax_amount,
        {{ local_midnight('posted_on') }} as refunded_at
    from credit_notes
),

final as (
    {{ conform('refunds', 'mapped') }}
)

select * from final
