-- check: payments_cover_orders
-- severity: warn
-- needs: fct_orders
-- why: What was paid for a paid order, by gift card or money, is less than its total (tips,
--   which are no part of it, may make it more): a payment is missing, or an amount was read wrongly.
--   Orders whose source tells no payments say nothing.
select order_id as bad_key
from {mart}.fct_orders
where
    is_counted
    and order_status in ('paid', 'partially_refunded', 'refunded')
    and paid_amount <> 0
    and paid_amount < total_amount - 0.01
