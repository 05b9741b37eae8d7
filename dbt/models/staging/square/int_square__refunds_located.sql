-- A refund names the order that the return made; the order that was sold is its payment's. What came
-- back of goods, tax and tip the return tells, where the refund pays just that.
--
-- An exchange is an order that sells and takes back: what the return is worth beyond the money paid
-- back went into the new goods, and comes back of the old sale as well.
-- Source: Square, "Order returns and exchanges" and OpenAPI 2025-08-20, OrderReturn.
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
    select
        _feed,
        order_id,
        min(source_order_id) as source_order_id,
        min(currency_code) as currency_code,
        sum(return_amount) as return_amount,
        sum(coalesce(tax_amount, 0)) as tax_amount,
        sum(coalesce(tip_amount, 0)) as tip_amount,
        sum(coalesce(service_charge_amount, 0)) as service_charge_amount,
        sum(coalesce(rounding_amount, 0)) as rounding_amount
    from {{ ref('stg_square__order_returns') }}
    group by _feed, order_id
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

refund_sums as (
    select
        _feed,
        return_order_id,
        sum(refund_amount) as refund_amount
    from refunds
    where refund_status in ('COMPLETED', 'PENDING')
    group by _feed, return_order_id
),

exchanged as (
    select
        returns.order_id || ':exchange' as refund_id,
        returns.order_id as return_order_id,
        returns.source_order_id as order_id,
        returns.currency_code,
        coalesce(returns.return_amount, orders.return_total_amount)
        - coalesce(refund_sums.refund_amount, 0) as refund_amount,
        orders.customer_id,
        orders.is_deleted,
        orders.created_at,
        orders._feed,
        orders._load_id
    from returns
    inner join orders
        on
            returns._feed = orders._feed
            and returns.order_id = orders.order_id
    left join refund_sums
        on
            returns._feed = refund_sums._feed
            and returns.order_id = refund_sums.return_order_id
    where orders.total_amount > 0 and orders.order_state = 'COMPLETED'
),

unioned as (
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
    union all
    select
        refund_id,
        {{ null_of('id') }} as payment_id,
        return_order_id,
        order_id,
        customer_id,
        'COMPLETED' as refund_status,
        currency_code,
        refund_amount,
        0 as paid_back_amount,
        false as is_stored_value,
        is_deleted,
        created_at,
        _feed,
        _load_id,
        {{ null_of('amount') }} as refund_net_amount,
        {{ null_of('amount') }} as refund_tax_amount,
        {{ null_of('amount') }} as refund_tip_amount,
        {{ null_of('amount') }} as refund_service_fee_amount,
        {{ null_of('amount') }} as refund_rounding_amount
    from exchanged
    where refund_amount > 0
)

select * from unioned
