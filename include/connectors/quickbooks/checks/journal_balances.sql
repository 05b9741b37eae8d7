-- check: journal_balances
-- severity: error
-- stream: journal_entries
-- why: Debits equal credits in every journal entry; anything else means that lines are missing.
with lines as (
    select
        _parent_id,
        sum(case posting_type when 'Debit' then amount when 'Credit' then -amount end) as surplus
    from {schema}.journal_entries__lines
    where _feed = {feed}
    group by _parent_id
)

select entries.id as bad_key
from {schema}.journal_entries as entries
left join lines on entries.id = lines._parent_id
where entries._feed = {feed} and lines.surplus is distinct from 0
