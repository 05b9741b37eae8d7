-- check: invoices_are_due_what_they_say
-- severity: warn
-- stream: invoices
-- why: What is due is the total, an old debt or credit and credit notes before payment; anything else
--   means an amount was read wrongly, or Stripe's rule changed (minimum charges are left out).
select id as bad_key
from {schema}.invoices
where
    _feed = {feed}
    and status in ('open', 'paid')
    and ending_balance is not null
    and starting_balance is not null
    and amount_due > 0
    and amount_due
    <> total + starting_balance - ending_balance - coalesce(pre_payment_credit_notes_amount, 0)
