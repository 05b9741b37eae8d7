with refunds as (
    select * from {{ ref('int_shopify__refunds_settled') }}
),

timed as (
    select
        *,
        coalesce(processed_at, created_at) as refunded_at
    from refunds
),

mapped as (
    select
        refund_id,
        order_id,
        currency_code,
        refund_amount,
        refunded_at,
        _feed,
        _load_id,
        null as payment_id,
        null as customer_id,
        'refund' as refund_kind,
        'succeeded' as refund_status,
        goods_amount as refund_net_amount,
        tax_amount as refund_tax_amount,
        shipping_amount as refund_shipping_amount,
        duty_amount as refund_duty_amount,
        gift_card_amount as refund_gift_card_amount,
        paid_back_amount,
        is_stored_value,
        null as settled_currency_code,
        null as settled_amount,
        null as settled_fee_amount,
        null as refund_tip_amount,
        null as refund_service_fee_amount,
        null as refund_rounding_amount,
        false as is_test,
        false as is_deleted,
        {{ local_date('refunded_at') }} as refunded_on
    from timed
),

final as (
    {{ conform('refunds', 'mapped') }}
)

select * from final
