-- Which channels bring more than they cost, and what does a new customer cost there?
select
    channel,
    currency,
    sum(spend) as spend,
    sum(revenue) as revenue,
    sum(revenue) / nullif(sum(spend), 0) as return_on_ad_spend,
    sum(spend) / nullif(sum(new_customers), 0) as cost_per_new_customer,
    sum(revenue_of_new_customers) / nullif(sum(new_customers), 0) as value_of_new_customer,
    sum(offline_revenue) / nullif(sum(revenue), 0) as offline_share
from {{ ref('bi_channel_performance') }}
group by channel, currency
order by revenue desc
