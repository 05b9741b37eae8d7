-- check: payments_add_up
-- severity: warn
-- stream: payments
-- why: A payment is what its lines apply and what is left unapplied; anything else means lines are
--   missing. Lines of a credit memo are no money: payments that apply one are left out.
with lines as (
    select
        _parent_id,
        sum(amount) as amount,
        sum(case when linked_transaction_type = 'Invoice' then 0 else 1 end) as others
    from {schema}.payments__lines
    where _feed = {feed}
    group by _parent_id
)

select payments.id as bad_key
from {schema}.payments as payments
left join lines on payments.id = lines._parent_id
where
    payments._feed = {feed}
    and payments._deleted_at is null
    and coalesce(lines.others, 0) = 0
    and payments.total_amount
    <> coalesce(lines.amount, 0) + coalesce(payments.unapplied_amount, 0)
