-- check: orders_lead_back_to_a_load
-- severity: error
-- needs: fct_orders
-- why: An order cannot be traced to the load that brought it.
select orders.order_id as bad_key
from {mart}.fct_orders as orders
where
    not exists (
        select 1 from elt_ops.own_loads as loads
        where loads.load_id = orders._load_id and loads.feed = orders._feed
    )
