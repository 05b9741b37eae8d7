-- check: orders_have_lines
-- severity: warn
-- stream: orders
-- why: An order of some value has no line: its lines were not read to their end.
select orders.id as bad_key
from {schema}.orders as orders
where
    orders._feed = {feed}
    and orders.subtotal_amount > 0
    and not exists (
        select 1 from {schema}.orders__line_items as lines
        where lines._feed = orders._feed and lines._parent_id = orders.id
    )
