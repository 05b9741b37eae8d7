-- check: invoices_add_up
-- severity: warn
-- stream: invoices
-- why: Lines less discounts plus tax are the total. A difference means that lines were read twice
--   (subtotals) or not at all. Prices that include tax, and shipping tax, may differ.
select i.id as bad_key
from {schema}.invoices as i
inner join {schema}.invoices__lines as l
    on i._feed = l._feed and i.id = l._parent_id
where i._feed = {feed}
group by i.id, i.total_amount, i.tax_amount
having
    sum(case l.detail_type when 'DiscountLineDetail' then -l.amount else l.amount end)
    + coalesce(i.tax_amount, 0) <> i.total_amount
