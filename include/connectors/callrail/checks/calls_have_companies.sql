-- check: calls_have_companies
-- severity: warn
-- stream: calls
-- why: A call of a company the key's user cannot see: their rights changed, and calls are missing.
select calls.id as bad_key
from {schema}.calls as calls
where
    calls._feed = {feed}
    and calls.company_id is not null
    and not exists (
        select 1 from {schema}.companies as companies
        where companies._feed = calls._feed and companies.id = calls.company_id
    )
