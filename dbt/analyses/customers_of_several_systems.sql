-- Who is known in more than one system, and what did they buy in each?
with shared as (
    select customer_id
    from {{ ref('bridge_customer_sources') }}
    group by customer_id
    having count(distinct source_connector) > 1
)

select
    orders.customer_id,
    orders.customer_name,
    orders.source_system,
    orders.currency,
    count(*) as orders,
    sum(orders.revenue) as revenue
from {{ ref('bi_orders') }} as orders
inner join shared on orders.customer_id = shared.customer_id
group by orders.customer_id, orders.customer_name, orders.source_system, orders.currency
order by orders.customer_id, orders.source_system
