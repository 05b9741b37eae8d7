-- What share of each month's new customers still buys 1, 3 and 6 months later?
select
    cohort_month,
    currency,
    max(customers) as customers,
    max(case when months_since_first = 1 then retention_rate end) as after_1_month,
    max(case when months_since_first = 3 then retention_rate end) as after_3_months,
    max(case when months_since_first = 6 then retention_rate end) as after_6_months,
    max(cumulative_revenue) / nullif(max(customers), 0) as revenue_per_customer
from {{ ref('bi_cohorts') }}
where is_complete
group by cohort_month, currency
order by cohort_month, currency
