-- check: daily_metrics_equal_revenue
-- severity: error
-- needs: fct_daily_metrics, fct_revenue_daily
-- why: Revenue by day is not what fct_revenue_daily says, less days to come.
with metrics as (
    select
        currency_code,
        sum(case when metric_name = 'revenue' then metric_value else -metric_value end) as amount
    from {mart}.fct_daily_metrics
    where metric_type = 'revenue'
    group by currency_code
),

revenue as (
    select
        case
            when tenant_revenue_amount is null then currency_code else tenant_currency_code
        end as currency_code,
        sum(coalesce(tenant_revenue_amount, revenue_amount)) as amount
    from {mart}.fct_revenue_daily
    where revenue_on <= (select max(m.metric_on) from {mart}.fct_daily_metrics as m)
    group by 1
)

select coalesce(metrics.currency_code, revenue.currency_code) as bad_key
from metrics
full join revenue on metrics.currency_code = revenue.currency_code
where coalesce(metrics.amount, 0) <> coalesce(revenue.amount, 0)
