-- check: tenders_cover_orders
-- severity: warn
-- stream: orders
-- why: What was tendered for a completed order is not its total (tips included): a payment was
--   not read, or the register rounded to its smallest coin.
with tenders as (
    select
        _parent_id,
        sum(amount) as amount
    from {schema}.orders__tenders
    where _feed = {feed}
    group by _parent_id
)

select orders.id as bad_key
from {schema}.orders as orders
inner join tenders on orders.id = tenders._parent_id
where
    orders._feed = {feed}
    and orders.state = 'COMPLETED'
    and orders.total_amount <> tenders.amount
