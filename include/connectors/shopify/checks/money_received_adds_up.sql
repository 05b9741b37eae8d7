-- check: money_received_adds_up
-- severity: warn
-- stream: orders
-- why: What was received less what was refunded is the net payment, and what the order is worth now
--   less that is outstanding; anything else means that an amount was read wrongly. What a refund paid
--   above or below its parts, and cash rounding, may be the difference.
with refunds as (
    select
        _parent_id,
        sum(coalesce(adjustment_amount, 0) + coalesce(adjustment_tax_amount, 0)) as adjustment_amount
    from {schema}.orders__refunds
    where _feed = {feed}
    group by _parent_id
),

compared as (
    select
        orders.id,
        orders.received_amount - coalesce(orders.refunded_amount, 0)
        - orders.net_payment_amount as paid_difference,
        orders.current_total_amount - orders.net_payment_amount
        - orders.outstanding_amount as owed_difference,
        coalesce(refunds.adjustment_amount, 0) as adjustment_amount,
        coalesce(orders.rounding_amount, 0) as rounding_amount
    from {schema}.orders as orders
    left join refunds on orders.id = refunds._parent_id
    where orders._feed = {feed}
)

select id as bad_key
from compared
where
    abs(paid_difference) > 0.01
    or (
        abs(owed_difference) > 0.01
        and abs(owed_difference + adjustment_amount) > 0.01
        and abs(owed_difference + rounding_amount) > 0.01
    )
