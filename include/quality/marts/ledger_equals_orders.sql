-- check: ledger_equals_orders
-- severity: error
-- needs: fct_money_ledger, fct_orders
-- why: What the ledger says an order charged and gave back is not what the order says: an entry is
--   missing or doubled.
with entries as (
    select
        order_id,
        sum(amount) as kept_amount
    from {mart}.fct_money_ledger
    where
        event_kind <> 'payment'
        and amount_kind not in ('money', 'stored_value', 'fee', 'settled_fee', 'tip')
    group by order_id
)

select orders.order_id as bad_key
from {mart}.fct_orders as orders
left join entries on orders.order_id = entries.order_id
where orders.kept_amount <> coalesce(entries.kept_amount, 0)
