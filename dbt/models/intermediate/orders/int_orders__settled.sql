-- Orders with what was given back, and whether they count as revenue.
with orders as (
    select * from {{ ref('int_orders__unioned') }}
),

refunds as (
    select * from {{ ref('int_refunds__unioned') }}
    where refund_status = 'succeeded' and not is_test and not is_deleted
),

refund_sums as (
    select
        order_id,
        sum(refund_amount) as refund_amount
    from refunds
    where order_id is not null
    group by order_id
),

-- What other systems may call an order: its number without decoration, or its id.
order_names as (
    select
        source_connector,
        ltrim(order_number, '#') as order_name
    from orders
    where paid_order_number is null
    union distinct
    select
        source_connector,
        source_record_id as order_name
    from orders
    where paid_order_number is null
),

payments_of_others as (
    select distinct orders.order_id
    from orders
    inner join order_names
        on
            ltrim(orders.paid_order_number, '#') = order_names.order_name
            and orders.source_connector <> order_names.source_connector
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
        orders.currency_code,
        orders.gross_amount,
        orders.discount_amount,
        orders.tax_amount,
        orders.shipping_amount,
        orders.total_amount,
        orders.is_cancelled,
        orders.is_test,
        orders.is_deleted,
        orders.ordered_on,
        orders.ordered_at,
        orders._feed,
        orders._load_id,
        {{ as_money('coalesce(refund_sums.refund_amount, 0)') }} as refund_amount,
        payments_of_others.order_id is not null as is_payment_of_other_order,
        orders.order_status in ('invoiced', 'paid', 'partially_refunded', 'refunded')
        and not orders.is_test
        and not orders.is_deleted
        and payments_of_others.order_id is null as is_counted
    from orders
    left join refund_sums on orders.order_id = refund_sums.order_id
    left join payments_of_others on orders.order_id = payments_of_others.order_id
)

select * from settled
