-- check: orders_balance_with_payments
-- severity: warn
-- needs: fct_orders
-- why: What an order charged, less what was given back of it, is not what was paid for it, by money or
--   gift card, less what was paid back: a payment or a refund is missing, or is told by two sources.
--   Orders that are not paid in full by what is known say nothing (payments_cover_orders names them);
--   chargebacks are apart, as the shop's own payments do not know them.
select order_id as bad_key
from {mart}.fct_orders
where
    is_counted
    and order_status in ('paid', 'partially_refunded', 'refunded')
    and paid_amount <> 0
    and paid_amount >= total_amount - 0.01
    and abs((total_amount + tip_amount - refund_amount) - (paid_amount - paid_back_amount)) > 0.01
