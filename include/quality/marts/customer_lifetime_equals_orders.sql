-- check: customer_lifetime_equals_orders
-- severity: error
-- needs: agg_customer_lifetime, fct_orders
-- why: A customer's lifetime value is not the sum of the orders that count.
with orders as (
    select
        customer_id,
        currency_code,
        count(*) as orders_count,
        sum(net_amount) as net_amount
    from {mart}.fct_orders
    where is_counted and customer_id is not null
    group by customer_id, currency_code
)

select coalesce(totals.customer_id, orders.customer_id) as bad_key
from {mart}.agg_customer_lifetime as totals
full join orders
    on totals.customer_id = orders.customer_id and totals.currency_code = orders.currency_code
where
    totals.orders_count is distinct from orders.orders_count
    or totals.net_amount is distinct from orders.net_amount
