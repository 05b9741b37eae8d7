-- Orders that are only the payment of an order another system of the tenant holds, and which.
with orders as (
    select * from {{ ref('int_orders__unioned') }}
),

-- What other systems may call an order: its number without decoration, or its id.
order_names as (
    select
        order_id,
        source_connector,
        currency_code,
        total_amount,
        ltrim(order_number, '#') as order_name
    from orders
    where paid_order_number is null
    union distinct
    select
        order_id,
        source_connector,
        currency_code,
        total_amount,
        source_record_id as order_name
    from orders
    where paid_order_number is null
),

-- A shop's order and an invoice of the books may bear one number: the nearest amount is meant.
candidates as (
    select
        orders.order_id,
        order_names.order_id as paid_order_id,
        order_names.currency_code as paid_currency_code,
        row_number() over (
            partition by orders.order_id
            order by
                abs(coalesce(orders.total_amount, 0) - coalesce(order_names.total_amount, 0)),
                order_names.order_id
        ) as place
    from orders
    inner join order_names
        on
            ltrim(orders.paid_order_number, '#') = order_names.order_name
            and orders.source_connector <> order_names.source_connector
),

paid_through as (
    select
        order_id,
        paid_order_id,
        paid_currency_code
    from candidates
    where place = 1
)

select * from paid_through
