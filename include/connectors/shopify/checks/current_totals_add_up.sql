-- check: current_totals_add_up
-- severity: warn
-- stream: orders
-- why: What an order is worth now is its total less what its refunds gave back (lines, tax on top,
--   shipping, duties), with or without what was paid above or below that; anything else means that a
--   refund, or a part of it, was not read. Edited orders and those cancelled unpaid say nothing.
with lines as (
    select
        _parent_id,
        sum(subtotal_amount) as subtotal_amount,
        sum(tax_amount) as tax_amount
    from {schema}.orders__refund_lines
    where _feed = {feed}
    group by _parent_id
),

refunds as (
    select
        _parent_id,
        count(*) as refund_count,
        sum(coalesce(shipping_amount, 0) + coalesce(duty_amount, 0)) as amount,
        sum(coalesce(shipping_tax_amount, 0)) as tax_amount,
        sum(coalesce(adjustment_amount, 0) + coalesce(adjustment_tax_amount, 0)) as adjustment_amount,
        -- Of a refund that cannot be read any more no part is known.
        sum(case when shipping_amount is null then 1 else 0 end) as unread_count
    from {schema}.orders__refunds
    where _feed = {feed}
    group by _parent_id
),

compared as (
    select
        orders.id,
        coalesce(refunds.adjustment_amount, 0) as adjustment_amount,
        orders.total_amount - orders.current_total_amount
        - coalesce(lines.subtotal_amount, 0)
        - coalesce(refunds.amount, 0)
        - case
            when coalesce(orders.is_tax_included, false) then 0
            else coalesce(lines.tax_amount, 0) + coalesce(refunds.tax_amount, 0)
        end as difference
    from {schema}.orders as orders
    left join lines on orders.id = lines._parent_id
    left join refunds on orders.id = refunds._parent_id
    where
        orders._feed = {feed}
        and not coalesce(orders.is_edited, false)
        and (orders.cancelled_at is null or refunds.refund_count > 0)
        and coalesce(refunds.unread_count, 0) = 0
)

select id as bad_key
from compared
where abs(difference) > 0.01 and abs(difference + adjustment_amount) > 0.01
