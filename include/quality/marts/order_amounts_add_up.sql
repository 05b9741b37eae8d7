-- check: order_amounts_add_up
-- severity: warn
-- needs: fct_orders
-- why: What the customer was charged differs from gross - discount + tax + shipping + gift
--   cards by more than a cent: a part was read wrongly, or the source changed the order afterwards.
select order_id as bad_key
from {mart}.fct_orders
where
    is_counted
    and abs(
        total_amount
        - (gross_amount - discount_amount + tax_amount + shipping_amount + gift_card_amount)
    ) > 0.01
