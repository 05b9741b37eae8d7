-- An exchange is an order that sells and takes back: what the return is worth beyond the money paid
-- back went into the new goods, and comes back of the old sale as well.
-- Source: Square, "Order returns and exchanges", read 2026-11.
with returns as (
    select * from {{ ref('int_square__returns_summed') }}
),

orders as (
    select * from {{ ref('stg_square__orders') }}
),

refund_sums as (
    select
        _feed,
        return_order_id,
        sum(refund_amount) as refund_amount
    from {{ ref('stg_square__refunds') }}
    where refund_status in ('COMPLETED', 'PENDING')
    group by _feed, return_order_id
),

exchanged as (
    select
        returns.order_id as return_order_id,
        returns.source_order_id as order_id,
        returns.currency_code,
        orders.customer_id,
        orders.is_deleted,
        orders.created_at,
        orders._feed,
        orders._load_id,
        returns.order_id || ':exchange' as refund_id,
        coalesce(returns.return_amount, orders.return_total_amount)
        - coalesce(refund_sums.refund_amount, 0) as refund_amount
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

final as (
    select * from exchanged
    where refund_amount > 0
)

select * from final
