-- Which orders count and are not paid in full, and for how long?
with newest as (
    select max(order_date) as order_date from {{ ref('bi_orders') }}
)

select
    orders.order_id,
    orders.order_number,
    orders.customer_name,
    orders.source_system,
    orders.currency,
    orders.order_total,
    orders.order_total - orders.paid as open_amount,
    {{ days_between('orders.order_date', 'newest.order_date') }} as days_open
from {{ ref('bi_orders') }} as orders
cross join newest
where orders.paid < orders.order_total and orders.refunds = 0
order by open_amount desc
