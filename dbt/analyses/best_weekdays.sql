-- On which weekdays do people buy, and for how much each time?
select
    calendar.day_of_week,
    calendar.day_name,
    orders.currency,
    count(*) as orders,
    sum(orders.revenue) as revenue,
    sum(orders.revenue) / nullif(count(*), 0) as average_order
from {{ ref('bi_orders') }} as orders
inner join {{ ref('dim_date') }} as calendar on orders.order_date = calendar.date_day
group by calendar.day_of_week, calendar.day_name, orders.currency
order by calendar.day_of_week, orders.currency
