-- check: refunds_add_up
-- severity: warn
-- stream: orders
-- why: The refunds of an order differ from what Shopify says was refunded.
with refunds as (
    select
        _parent_id,
        sum(refunded_amount) as refunded_amount
    from {schema}.orders__refunds
    where _feed = {feed}
    group by _parent_id
)

select orders.id as bad_key
from {schema}.orders as orders
left join refunds on orders.id = refunds._parent_id
where
    orders._feed = {feed}
    and coalesce(orders.refunded_amount, 0) <> coalesce(refunds.refunded_amount, 0)
