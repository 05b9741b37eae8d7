-- check: credit_notes_are_negative
-- severity: error
-- stream: sales_invoices
-- why: Returns are subtracted by their sign; a positive one would be added to the revenue.
select name as bad_key
from {schema}.sales_invoices
where _feed = {feed} and docstatus = 1 and is_return = 1 and grand_total > 0
