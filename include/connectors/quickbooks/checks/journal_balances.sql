-- check: journal_balances
-- severity: error
-- stream: journal_entries
-- why: Debits equal credits in every journal entry; anything else means that lines are missing.
select _parent_id as bad_key
from {schema}.journal_entries__lines
where _feed = {feed}
group by _parent_id
having
    sum(case posting_type when 'Debit' then amount when 'Credit' then -amount end) <> 0
