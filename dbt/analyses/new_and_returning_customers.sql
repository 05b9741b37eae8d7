-- How many buyers of each month bought for the first time, and what did each kind bring?
with bought as (
    select
        orders.customer_id,
        orders.currency,
        orders.revenue,
        calendar.year_number,
        calendar.month_number,
        orders.order_date,
        min(orders.order_date) over (partition by orders.customer_id) as first_order_date
    from {{ ref('bi_orders') }} as orders
    inner join {{ ref('dim_date') }} as calendar on orders.order_date = calendar.date_day
    where orders.customer_id is not null
)

select
    bought.year_number,
    bought.month_number,
    bought.currency,
    firsts.year_number = bought.year_number
    and firsts.month_number = bought.month_number as is_new,
    count(distinct bought.customer_id) as customers,
    sum(bought.revenue) as revenue
from bought
inner join {{ ref('dim_date') }} as firsts on bought.first_order_date = firsts.date_day
group by
    bought.year_number,
    bought.month_number,
    bought.currency,
    firsts.year_number = bought.year_number and firsts.month_number = bought.month_number
order by bought.year_number, bought.month_number, bought.currency
