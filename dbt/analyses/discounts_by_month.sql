-- What share of our goods do we give away as discounts, and does it grow?
select
    calendar.year_number,
    calendar.month_number,
    revenue.currency,
    sum(revenue.discounts) as discounts,
    sum(revenue.discounts) / nullif(sum(revenue.gross_sales), 0) as discount_share
from {{ ref('bi_revenue_by_day') }} as revenue
inner join {{ ref('dim_date') }} as calendar on revenue.revenue_date = calendar.date_day
group by calendar.year_number, calendar.month_number, revenue.currency
order by calendar.year_number, calendar.month_number, revenue.currency
