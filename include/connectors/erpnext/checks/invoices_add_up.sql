-- check: invoices_add_up
-- severity: error
-- stream: sales_invoices
-- why: An invoice's net total differs from its lines by more than rounding: child rows were lost.
with lines as (
    select
        _parent_name,
        count(*) as line_count,
        sum(net_amount) as net_amount
    from {schema}.sales_invoices__items
    where _feed = {feed}
    group by _parent_name
)

select invoices.name as bad_key
from {schema}.sales_invoices as invoices
left join lines on invoices.name = lines._parent_name
where
    invoices._feed = {feed}
    and abs(invoices.net_total - coalesce(lines.net_amount, 0))
    > 0.01 * (1 + coalesce(lines.line_count, 0))
