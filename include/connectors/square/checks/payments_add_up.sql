-- check: payments_add_up
-- severity: error
-- stream: payments
-- why: Square defines the total as amount and tip; anything else means an amount was read wrongly.
select id as bad_key
from {schema}.payments
where _feed = {feed} and total_amount is distinct from amount + coalesce(tip_amount, 0)
