-- Who brought much, came back before, and has not bought for longer than their kind does?
select
    customer_id,
    customer_name,
    currency,
    orders,
    revenue_so_far,
    days_since_last,
    lifecycle_stage
from {{ ref('bi_customer_value') }}
where lifecycle_stage in ('at_risk', 'lapsed') and orders > 1
order by revenue_so_far desc
