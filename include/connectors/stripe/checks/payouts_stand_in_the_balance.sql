-- check: payouts_stand_in_the_balance
-- severity: warn
-- stream: payouts
-- why: A payout's movement in the balance is not its amount: money that went to the bank is missing
--   in the balance, or a row was read wrongly. Movements are loaded from the feed's start on.
select payouts.id as bad_key
from {schema}.payouts as payouts
inner join {schema}.balance_transactions as moves
    on payouts.balance_transaction = moves.id and payouts._feed = moves._feed
where payouts._feed = {feed} and moves.amount <> -payouts.amount
