-- check: invoices_convert_to_home
-- severity: warn
-- stream: invoices
-- why: With several currencies QuickBooks says each total in the company's own, too: the total at the
--   document's rate. Anything else means that amount, rate or currency was read wrongly.
select id as bad_key
from {schema}.invoices
where
    _feed = {feed}
    and home_total_amount is not null
    and exchange_rate is not null
    and abs(home_total_amount - total_amount * exchange_rate) > 0.01
