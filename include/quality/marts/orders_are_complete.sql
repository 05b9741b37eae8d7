-- check: orders_are_complete
-- severity: warn
-- needs: fct_orders
-- why: An order counts but has no net amount, currency or day, so it is missing from every sum.
select order_id as bad_key
from {mart}.fct_orders
where is_counted and (net_amount is null or currency_code is null or ordered_at is null)
