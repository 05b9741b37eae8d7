-- check: orders_add_up
-- severity: warn
-- stream: orders
-- why: An order's total differs from its lines, tip and cash rounding: lines were lost.
--   Orders with service charges are left out, they may be shared among the lines or not.
with lines as (
    select
        _parent_id,
        sum(total_amount) as total_amount
    from {schema}.orders__line_items
    where _feed = {feed}
    group by _parent_id
)

select orders.id as bad_key
from {schema}.orders as orders
left join lines on orders.id = lines._parent_id
where
    orders._feed = {feed}
    and coalesce(orders.service_charge_amount, 0) = 0
    and orders.total_amount
    <> coalesce(lines.total_amount, 0)
    + coalesce(orders.tip_amount, 0)
    + coalesce(orders.rounding_amount, 0)
