-- check: payouts_are_their_movements
-- severity: warn
-- stream: payouts
-- why: An automatic payout is what its movements leave, its own row aside; anything else means that
--   movements were not read to their end. Of a manual one Stripe does not say what is in it.
with moved as (
    select
        _parent_id,
        sum(case when reporting_category like 'payout%' then 0 else net end) as net
    from {schema}.payouts__movements
    where _feed = {feed}
    group by _parent_id
)

select payouts.id as bad_key
from {schema}.payouts as payouts
inner join moved on payouts.id = moved._parent_id
where
    payouts._feed = {feed}
    and payouts.automatic
    and payouts.amount <> moved.net
