-- check: nets_are_totals_less_returns
-- severity: warn
-- stream: orders
-- why: What is left of an order is not its total less its returns: a return was not read, or an
--   amount was read wrongly.
select id as bad_key
from {schema}.orders
where
    _feed = {feed}
    and net_total_amount <> total_amount - coalesce(return_total_amount, 0)
