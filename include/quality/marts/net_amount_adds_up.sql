-- check: net_amount_adds_up
-- severity: error
-- needs: fct_orders
-- why: Net revenue is gross - discount - what refunds took of it, or it is missing.
select order_id as bad_key
from {mart}.fct_orders
where net_amount is distinct from gross_amount - discount_amount - refund_net_amount
