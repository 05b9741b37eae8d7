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
        ltrim(order_number, '#') as order_name
    from orders
    where paid_order_number is null
    union distinct
    select
        order_id,
        source_connector,
        currency_code,
        source_record_id as order_name
    from orders
    where paid_order_number is null
),

paid_through as (
    select
        orders.order_id,
        min(order_names.order_id) as paid_order_id,
        min(order_names.currency_code) as paid_currency_code
    from orders
    inner join order_names
        on
            ltrim(orders.paid_order_number, '#') = order_names.order_name
            and orders.source_connector <> order_names.source_connector
    group by orders.order_id
)

select * from paid_through
