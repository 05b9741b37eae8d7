-- check: discounts_add_up
-- severity: warn
-- stream: orders
-- why: What was taken off the lines and the shipping of an order is not its discount: an
--   allocation was not read, so its net sales are too high. Edited orders say nothing.
with lines as (
    select
        _parent_id,
        sum(allocated_discount_amount) as discount_amount
    from {schema}.orders__line_items
    where _feed = {feed}
    group by _parent_id
),

shipping as (
    select
        _parent_id,
        sum(original_amount - discounted_amount) as discount_amount
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
    and abs(
        orders.discount_amount
        - coalesce(lines.discount_amount, 0)
        - coalesce(shipping.discount_amount, 0)
    ) > 0.01
