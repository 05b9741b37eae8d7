-- check: refunds_within_total
-- severity: warn
-- needs: fct_orders
-- why: More money went back than was charged.
select order_id as bad_key
from {mart}.fct_orders
where is_counted and refund_amount > total_amount + tip_amount + 0.01
