-- check: deal_values_have_currencies
-- severity: error
-- stream: deals
-- why: An amount without its currency cannot be summed with others.
select id as bad_key
from {schema}.deals
where _feed = {feed} and _deleted_at is null and deal_value is not null and currency_code is null
