-- check: captures_equal_the_balance
-- severity: warn
-- stream: charges
-- why: What was captured of a charge is not what its movement in the balance says, in the same
--   currency: an amount was read wrongly. Of a partial capture the balance holds the whole and takes
--   the rest back in another row, so those are left out.
select charges.id as bad_key
from {schema}.charges as charges
inner join {schema}.balance_transactions as moves
    on charges.balance_transaction = moves.id and charges._feed = moves._feed
where
    charges._feed = {feed}
    and charges.captured
    and moves.reporting_category = 'charge'
    and moves.currency = charges.currency
    and charges.amount_captured = charges.amount
    and moves.amount <> charges.amount_captured
