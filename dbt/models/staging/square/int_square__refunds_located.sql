-- A refund names the order that the return made; the order that was sold is its payment's. What
-- came back of goods, tax and tip the return tells, where the refund pays just that. Source:
-- Square, "Order returns and exchanges" and OpenAPI 2025-08-20, OrderReturn.
with refunds as (
    select * from {{ ref('stg_square__refunds') }}
),

payments as (
    select * from {{ ref('stg_square__payments') }}
),

orders as (
    select * from {{ ref('stg_square__orders') }}
),

returns as (
    select * from {{ ref('int_square__returns_summed') }}
),

-- A custom amount has no split: then the return tells no tax of an order that was taxed.
located as (
    select
        refunds.refund_id,
        refunds.payment_id,
        refunds.return_order_id,
        refunds.refund_status,
        refunds.currency_code,
        refunds.refund_amount,
        refunds.refund_amount as paid_back_amount,
        refunds.is_deleted,
        refunds.created_at,
        refunds._feed,
        refunds._load_id,
        payments.customer_id,
        returns.tax_amount,
        returns.tip_amount,
        returns.service_charge_amount,
        returns.rounding_amount,
        coalesce(payments.order_id, returns.source_order_id) as order_id,
        coalesce({{ payment_method('payments.payment_word') }} = 'gift_card', false)
            as is_stored_value,
        coalesce(
            returns.return_amount = refunds.refund_amount
            and (returns.tax_amount <> 0 or coalesce(orders.tax_amount, 0) = 0),
            false
        ) as is_told
    from refunds
    left join payments
        on
            refunds._feed = payments._feed
            and refunds.payment_id = payments.payment_id
    left join returns
        on
            refunds._feed = returns._feed
            and refunds.return_order_id = returns.order_id
    left join orders
        on
            payments._feed = orders._feed
            and payments.order_id = orders.order_id
),

final as (
    select
        refund_id,
        payment_id,
        return_order_id,
        order_id,
        customer_id,
        refund_status,
        currency_code,
        refund_amount,
        paid_back_amount,
        is_stored_value,
        is_deleted,
        created_at,
        _feed,
        _load_id,
        case
            when is_told
                then
                    refund_amount
                    - tax_amount
                    - tip_amount
                    - service_charge_amount
                    - rounding_amount
        end as refund_net_amount,
        case when is_told then tax_amount end as refund_tax_amount,
        case when is_told then tip_amount end as refund_tip_amount,
        case when is_told then service_charge_amount end as refund_service_fee_amount,
        case when is_told then rounding_amount end as refund_rounding_amount
    from located
)

select * from final
