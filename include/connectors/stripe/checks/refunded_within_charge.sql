-- check: refunded_within_charge
-- severity: warn
-- stream: charges
-- why: More was refunded than was charged. (A released authorisation counts as refunded, although
--   nothing was captured.)
select id as bad_key
from {schema}.charges
where _feed = {feed} and amount_refunded > amount
