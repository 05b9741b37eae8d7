-- check: sales_have_orders
-- severity: error
-- needs: fct_sales, fct_orders
-- why: A line was sold without an order that counts.
select sales.order_line_id as bad_key
from {mart}.fct_sales as sales
left join {mart}.fct_orders as orders on sales.order_id = orders.order_id
where not coalesce(orders.is_counted, false)
