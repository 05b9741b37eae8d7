-- How much did we earn each month, and where? Refunds stand in the month the money went back.
select
    calendar.year_number,
    calendar.month_number,
    revenue.source_system,
    revenue.currency,
    sum(revenue.orders) as orders,
    sum(revenue.gross_sales) as gross_sales,
    sum(revenue.discounts) as discounts,
    sum(revenue.refunds) as refunds,
    sum(revenue.revenue) as revenue
from {{ ref('bi_revenue_by_day') }} as revenue
inner join {{ ref('dim_date') }} as calendar on revenue.revenue_date = calendar.date_day
group by calendar.year_number, calendar.month_number, revenue.source_system, revenue.currency
order by calendar.year_number, calendar.month_number, revenue.source_system, revenue.currency
