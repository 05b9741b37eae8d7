-- check: invoice_totals_add_up
-- severity: warn
-- stream: sales_invoices
-- why: ERPNext adds taxes to the net total, less a cash discount; else an amount was read wrongly.
select name as bad_key
from {schema}.sales_invoices
where
    _feed = {feed}
    and abs(
        coalesce(nullif(rounded_total, 0), grand_total)
        - net_total
        - total_taxes_and_charges
        - coalesce(
            rounding_adjustment, nullif(rounded_total, 0) - grand_total, 0
        )
        + case when is_cash_or_non_trade_discount = 1 then coalesce(discount_amount, 0) else 0 end
    ) > 0.05
