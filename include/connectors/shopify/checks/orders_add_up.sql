-- check: orders_add_up
-- severity: warn
-- stream: orders
-- why: Lines less what was taken off them, shipping, tax on top, tips and duties are the total; anything
--   else means that a line or a kind of amount was not read. The rest is the ledger's `unexplained`.
--   A tip may be a line, fees may hold the duties already. Edited orders say nothing.
with lines as (
    select
        lines._parent_id,
        sum(lines.original_total_amount - coalesce(lines.allocated_discount_amount, 0)) as amount,
        sum(case when lower(lines.name) = 'tip' then lines.original_total_amount else 0 end)
            as tip_amount
    from {schema}.orders__line_items as lines
    where lines._feed = {feed}
    group by lines._parent_id
),

shipping as (
    select
        _parent_id,
        sum(discounted_amount) as amount
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
    and orders.total_amount is not null
    and not coalesce(orders.is_edited, false)
    and abs(
        orders.total_amount
        - coalesce(lines.amount, 0)
        - coalesce(shipping.amount, 0)
        - case
            when coalesce(orders.is_tax_included, false) then 0
            else coalesce(orders.tax_amount, 0)
        end
        - case
            when lines.tip_amount = orders.tip_amount then 0
            else coalesce(orders.tip_amount, 0)
        end
        - case
            when coalesce(orders.is_duty_included, false) then 0
            else coalesce(orders.duty_amount, 0)
        end
        - case
            when orders.additional_fee_amount > coalesce(orders.duty_amount, 0)
                then orders.additional_fee_amount - coalesce(orders.duty_amount, 0)
            else 0
        end
    ) > 0.01
