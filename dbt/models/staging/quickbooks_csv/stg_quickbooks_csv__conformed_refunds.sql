-- Credit memos and refund receipts name no invoice: the money counts on their day, for no order.
with credit_memos as (
    select * from {{ ref('stg_quickbooks_csv__credit_memos') }}
),

refund_receipts as (
    select * from {{ ref('stg_quickbooks_csv__refund_receipts') }}
),

unioned as (
    select * from credit_memos
    union all
    select * from refund_receipts
),

mapped as (
    select
        document_key as refund_id,
        customer_name as customer_id,
        is_deleted,
        transaction_on as refunded_on,
        _feed,
        _load_id,
        null as order_id,
        null as payment_id,
        'refund' as refund_kind,
        'succeeded' as refund_status,
        null as refund_net_amount,
        null as refund_tax_amount,
        null as refund_shipping_amount,
        null as settled_currency_code,
        null as settled_amount,
        null as settled_fee_amount,
        null as refund_tip_amount,
        null as refund_gift_card_amount,
        null as paid_back_amount,
        null as refund_service_fee_amount,
        null as refund_duty_amount,
        null as refund_rounding_amount,
        false as is_stored_value,
        '{{ var("tenant_currency") }}' as currency_code,
        -total_amount as refund_amount,
        false as is_test,
        {{ local_midnight('transaction_on') }} as refunded_at
    from unioned
),

final as (
    {{ conform('refunds', 'mapped') }}
)

select * from final
