-- check: credit_notes_add_up
-- severity: warn
-- stream: credit_notes
-- why: A credit note lowers what is due before payment and gives back after it; both are its total,
--   else an amount was read wrongly.
select id as bad_key
from {schema}.credit_notes
where
    _feed = {feed}
    and total is not null
    and total <> coalesce(pre_payment_amount, 0) + coalesce(post_payment_amount, 0)
