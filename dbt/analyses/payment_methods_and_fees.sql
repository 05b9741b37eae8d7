-- How do people pay, and what does each way cost us?
select
    source_system,
    payment_method,
    currency,
    count(*) as payments,
    sum(amount) as amount,
    sum(fee) as fees,
    sum(fee) / nullif(sum(amount), 0) as fee_share
from {{ ref('bi_payments') }}
group by source_system, payment_method, currency
order by amount desc
