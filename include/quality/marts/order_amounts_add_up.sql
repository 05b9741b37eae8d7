-- check: order_amounts_add_up
-- severity: warn
-- needs: fct_orders
-- why: What the customer was charged differs from all its parts (goods, discount, tax, shipping,
--   fees, duties, gift cards, rounding) by more than a cent: a part was read wrongly, or the source
--   changed the order afterwards. The ledger books the rest as `unexplained`.
select order_id as bad_key
from {mart}.fct_orders
where is_counted and abs(unexplained_amount) > 0.01
