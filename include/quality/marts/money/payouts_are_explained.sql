-- check: payouts_are_explained
-- severity: warn
-- needs: agg_reconciliation_daily
-- why: What a provider charged is not what it paid out, kept, gave back, transferred and still holds: a
--   movement is of a kind that no word of ours names (adjustment, financing), or one is missing.
select concat(first_feed, ' ', reconciled_on, ' ', currency_code) as bad_key
from {mart}.agg_reconciliation_daily
where second_role = 'payouts' and abs(unexplained_amount) > 0.01
