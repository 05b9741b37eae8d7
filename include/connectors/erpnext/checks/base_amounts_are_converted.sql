-- check: base_amounts_are_converted
-- severity: warn
-- stream: sales_invoices
-- why: An invoice's amounts in the company's currency are those of its own currency at the
--   invoice's rate; anything else means that rate or amount was read wrongly. ERPNext rounds each
--   line, so a cent for each of them is no news.
with lines as (
    select
        _parent_name,
        count(*) as line_count,
        sum(base_net_amount) as base_net_amount,
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
    and invoices.conversion_rate > 0
    and (
        abs(invoices.base_net_total - invoices.net_total * invoices.conversion_rate)
        > 0.01 * (1 + coalesce(lines.line_count, 0))
        or abs(invoices.base_grand_total - invoices.grand_total * invoices.conversion_rate)
        > 0.01 * (1 + coalesce(lines.line_count, 0))
        or abs(lines.base_net_amount - lines.net_amount * invoices.conversion_rate)
        > 0.01 * lines.line_count
    )
