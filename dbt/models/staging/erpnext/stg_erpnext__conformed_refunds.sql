-- A credit note is negative; whether its money was paid out or set off, the sale is smaller by it.
-- At the till money goes back at once; else a payment entry pays it, or the next invoice uses it.
with credit_notes as (
    select * from {{ ref('int_erpnext__invoices_totalled') }}
    where is_submitted and is_return
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
        null as refund_tip_amount,
        null as refund_gift_card_amount,
        false as is_stored_value,
        'refund' as refund_kind,
        'succeeded' as refund_status,
        false as is_test,
        -total_amount as refund_amount,
        -net_amount as refund_net_amount,
        -tax_amount as refund_tax_amount,
        -shipping_amount as refund_shipping_amount,
        -service_fee_amount as refund_service_fee_amount,
        -duty_amount as refund_duty_amount,
        -rounding_difference_amount as refund_rounding_amount,
        case when is_pos then coalesce(-paid_amount, 0) else 0 end as paid_back_amount,
        {{ local_midnight('posted_on') }} as refunded_at
    from credit_notes
),

final as (
    {{ conform('refunds', 'mapped') }}
)

select * from final
