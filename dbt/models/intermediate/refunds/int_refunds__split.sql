-- Money given back that counts, at the order that holds the sale, with its part of net revenue.
with refunds as (
    select * from {{ ref('int_refunds__unioned') }}
    where refund_status = 'succeeded' and not is_test and not is_deleted
),

orders as (
    select * from {{ ref('int_orders__unioned') }}
),

paid_through as (
    select * from {{ ref('int_orders__paid_through') }}
),

-- A chargeback is known to the payment provider only; a refund both systems have is the shop's.
located as (
    select
        refunds.refund_id,
        refunds.source_connector,
        refunds.refund_kind,
        refunds.currency_code,
        refunds.refund_amount,
        refunds.refund_net_amount,
        refunds.refunded_on,
        refunds.refunded_at,
        refunds._feed,
        refunds._load_id,
        case
            when
                refunds.refund_kind = 'dispute'
                and refunds.currency_code = paid_through.paid_currency_code
                then paid_through.paid_order_id
            else refunds.order_id
        end as order_id
    from refunds
    left join paid_through on refunds.order_id = paid_through.order_id
),

summed as (
    select
        located.refund_id,
        located.order_id,
        located.refund_kind,
        located.currency_code,
        located.refund_amount,
        located.refund_net_amount,
        located.refunded_on,
        located.refunded_at,
        located._load_id,
        coalesce(orders.source_connector, located.source_connector) as source_connector,
        coalesce(orders._feed, located._feed) as _feed,
        orders.gross_amount - orders.discount_amount as order_net_amount,
        nullif(orders.total_amount, 0) as order_total_amount,
        sum(located.refund_amount) over (
            partition by located.order_id
            order by located.refunded_at, located.refund_id
            rows between unbounded preceding and current row
        ) as so_far_amount
    from located
    left join orders on located.order_id = orders.order_id
),

-- Each takes what the sum so far has more than the sum before it: the parts of a refund of all, in
-- how many steps ever, add up to all that was sold.
split as (
    select
        refund_id,
        order_id,
        source_connector,
        refund_kind,
        currency_code,
        refund_amount,
        refunded_on,
        refunded_at,
        _feed,
        _load_id,
        coalesce(
            refund_net_amount,
            {{ to_minor_unit(
                'order_net_amount * so_far_amount / order_total_amount', 'currency_code'
            ) }}
            - {{ to_minor_unit(
                'order_net_amount * (so_far_amount - refund_amount) / order_total_amount',
                'currency_code'
            ) }},
            refund_amount
        ) as refund_net_amount,
        refund_net_amount is null and order_net_amount is not null as is_split_estimated
    from summed
)

select * from split
