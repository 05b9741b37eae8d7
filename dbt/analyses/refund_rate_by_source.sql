-- Of what we sold in each system, how much came back?
select
    source_system,
    currency,
    count(*) as orders,
    sum(case when refunds > 0 then 1 else 0 end) as refunded_orders,
    sum(refunds) / nullif(sum(gross_sales - discounts), 0) as refund_rate
from {{ ref('bi_orders') }}
group by source_system, currency
order by refund_rate desc
