-- The export has no refunds, only transactions that were refunded in full; the day is that of their
-- last change, the nearest the export knows.
with transactions as (
    select * from {{ ref('int_ecommerce_csv__transactions_cleansed') }}
    where transaction_status in ('refunded', 'returned')
),

timed as (
    select
        *,
        coalesce(updated_at, transaction_at) as refunded_at
    from transactions
),

mapped as (
    select
        transaction_id as refund_id,
        transaction_id as order_id,
        customer_id,
        currency_code,
        is_deleted,
        refunded_at,
        _feed,
        _load_id,
        null as payment_id,
        'refund' as refund_kind,
        'succeeded' as refund_status,
        null as refund_net_amount,
        null as refund_tax_amount,
        null as refund_shipping_amount,
        null as refund_tip_amount,
        null as refund_gift_card_amount,
        null as settled_currency_code,
        null as settled_amount,
        null as settled_fee_amount,
        null as paid_back_amount,
        null as refund_service_fee_amount,
        null as refund_duty_amount,
        null as refund_rounding_amount,
        false as is_stored_value,
        false as is_test,
        coalesce(
            total_amount, subtotal_amount - discount_amount + tax_amount + shipping_amount
        ) as refund_amount,
        {{ local_date('refunded_at') }} as refunded_on
    from timed
),

final as (
    {{ conform('refunds', 'mapped') }}
)

select * from final
