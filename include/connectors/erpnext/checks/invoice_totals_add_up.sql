-- check: invoice_totals_add_up
-- severity: warn
-- stream: sales_invoices
-- why: ERPNext adds taxes to the net total, less a cash discount; else an amount was read wrongly.
select name as bad_key
from {schema}.sales_invoices
where
    _feed = {feed}
    and abs(grand_total - net_total - total_taxes_and_charges) > 0.01
