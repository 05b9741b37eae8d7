-- check: taxes_add_up
-- severity: warn
-- stream: orders
-- why: The taxes of an order's lines and shipping are not its tax: a tax line was not read, or
--   the shop changed the order. Orders with duties or further fees, which bear tax of their own,
--   say nothing; nor do edited ones.
with lines as (
    select
        _parent_id,
        sum(tax_amount) as tax_amount
    from {schema}.orders__line_items
    where _feed = {feed}
    group by _parent_id
),

shipping as (
    select
        _parent_id,
        sum(tax_amount) as tax_amount
    from {schema}.orders__shipping_lines
    where _feed = {feed} and not coalesce(is_removed, false)
    group by _parent_id
)

select orders.id as bad_key
from {schema}.orders as orders
left join lines on orders.id = lines._parent_id
left join shipping on orders.id = shipping._parent_id
where
    orders._feed = {feed}
    and not coalesce(orders.is_edited, false)
    and coalesce(orders.duty_amount, 0) = 0
    and coalesce(orders.additional_fee_amount, 0) = 0
    and abs(
        orders.tax_amount - coalesce(lines.tax_amount, 0) - coalesce(shipping.tax_amount, 0)
    ) > 0.01
