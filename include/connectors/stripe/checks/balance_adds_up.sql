-- check: balance_adds_up
-- severity: error
-- stream: balance_transactions
-- why: Stripe defines net as amount - fee; anything else means an amount was read wrongly.
select id as bad_key
from {schema}.balance_transactions
where _feed = {feed} and net is distinct from amount - fee
