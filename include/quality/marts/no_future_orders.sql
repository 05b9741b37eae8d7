-- check: no_future_orders
-- severity: warn
-- needs: fct_orders
-- why: An order lies more than a day ahead: a date was read with day and month exchanged, or a
--   clock is wrong.
select order_id as bad_key
from {mart}.fct_orders
where is_counted and ordered_at > {tomorrow}
