-- check: payouts_are_their_entries
-- severity: warn
-- stream: payouts
-- why: A batch payout is the net of its entries, less its own fees (which may be entries, too);
--   anything else means that entries were not read to their end.
with entries as (
    select
        _parent_id,
        sum(net_amount) as net_amount
    from {schema}.payouts__entries
    where _feed = {feed}
    group by _parent_id
)

select payouts.id as bad_key
from {schema}.payouts as payouts
inner join entries on payouts.id = entries._parent_id
where
    payouts._feed = {feed}
    and payouts.type = 'BATCH'
    and payouts.amount <> entries.net_amount
    and payouts.amount <> entries.net_amount - coalesce(payouts.payout_fees, 0)
