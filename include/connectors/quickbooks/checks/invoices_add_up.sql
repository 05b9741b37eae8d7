-- check: invoices_add_up
-- severity: warn
-- stream: invoices
-- why: Lines less discounts plus tax are the total. A difference means that lines were read twice
--   (subtotals) or not at all. Where prices include tax, or shipping is taxed, it may be right.
with lines as (
    select
        _parent_id,
        sum(case detail_type when 'DiscountLineDetail' then -amount else amount end) as amount
    from {schema}.invoices__lines
    where _feed = {feed}
    group by _parent_id
)

select invoices.id as bad_key
from {schema}.invoices as invoices
left join lines on invoices.id = lines._parent_id
where
    invoices._feed = {feed}
    and invoices.total_amount
    <> coalesce(lines.amount, 0) + coalesce(invoices.tax_amount, 0)
