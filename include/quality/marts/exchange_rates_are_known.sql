-- check: exchange_rates_are_known
-- severity: error
-- needs: fct_money_ledger
-- why: An amount in another currency has no rate of its day or the days before it (`rate_days`), so it
--   is missing from what is told in the tenant's currency, and is shown in its own. Newer rates: map
--   a feed of your own to the concept `rates`, or download the bank's file (docs/currencies.md).
select distinct coalesce(order_id, record_id) as bad_key
from {mart}.fct_money_ledger
where
    is_counted
    and currency_code is not null
    and amount is not null
    and tenant_amount is null
