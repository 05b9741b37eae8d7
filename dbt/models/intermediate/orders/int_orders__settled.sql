-- Orders with what was given back, and whether they count as revenue.
with orders as (
    select * from {{ ref('int_orders__unioned') }}
),

refunds as (
    select * from {{ ref('int_refunds__split') }}
    where order_id is not null
),

paid_through as (
    select * from {{ ref('int_orders__paid_through') }}
),

refund_sums as (
    select
        order_id,
        sum(case when refund_kind = 'refund' then refund_amount else 0 end) as refund_amount,
        sum(case when refund_kind = 'dispute' then refund_amount else 0 end) as dispute_amount,
        sum(refund_net_amount) as refund_net_amount
    from refunds
    group by order_id
),

settled as (
    select
        orders.order_id,
        orders.source_connector,
        orders.source_record_id,
        orders.customer_id,
        orders.order_number,
        orders.order_status,
        orders.payment_method,
        orders.payment_word,
        orders.currency_code,
        orders.gross_amount,
        orders.discount_amount,
        orders.tax_amount,
        orders.shipping_amount,
        orders.gift_card_amount,
        orders.total_amount,
        orders.is_cancelled,
        orders.is_test,
        orders.is_deleted,
        orders.ordered_on,
        orders.ordered_at,
        orders._feed,
        orders._load_id,
        {{ as_money('coalesce(refund_sums.refund_amount, 0)') }} as refund_amount,
        {{ as_money('coalesce(refund_sums.dispute_amount, 0)') }} as dispute_amount,
        {{ as_money('coalesce(refund_sums.refund_net_amount, 0)') }} as refund_net_amount,
        paid_through.order_id is not null as is_payment_of_other_order,
        orders.order_status in ('invoiced', 'paid', 'partially_refunded', 'refunded')
        and not orders.is_test
        and not orders.is_deleted
        and paid_through.order_id is null as is_counted
    from orders
    left join refund_sums on orders.order_id = refund_sums.order_id
    left join paid_through on orders.order_id = paid_through.order_id
)

select * from settled
