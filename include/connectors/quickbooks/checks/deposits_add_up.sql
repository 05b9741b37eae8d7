-- check: deposits_add_up
-- severity: warn
-- stream: deposits
-- why: A deposit is its lines less the cash taken back; anything else means lines are missing, or a
--   provider's fee (a line below 0) was not read.
with lines as (
    select
        _parent_id,
        sum(amount) as amount
    from {schema}.deposits__lines
    where _feed = {feed}
    group by _parent_id
)

select deposits.id as bad_key
from {schema}.deposits as deposits
left join lines on deposits.id = lines._parent_id
where
    deposits._feed = {feed}
    and deposits._deleted_at is null
    and deposits.total_amount
    <> coalesce(lines.amount, 0) - coalesce(deposits.cash_back_amount, 0)
