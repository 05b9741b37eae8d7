-- check: payments_cover_orders
-- severity: warn
-- needs: fct_orders, fct_payments
-- why: What was paid for a paid order, by gift card or money, is less than its total (tips, which
--   are no part of it, may make it more): a payment is missing, or an amount was read wrongly.
with payments as (
    select
        order_id,
        sum(payment_amount) as payment_amount
    from {mart}.fct_payments
    where payment_status = 'succeeded' and not is_test and not is_deleted
    group by order_id
)

select orders.order_id as bad_key
from {mart}.fct_orders as orders
inner join payments on orders.order_id = payments.order_id
where
    orders.is_counted
    and orders.order_status in ('paid', 'partially_refunded', 'refunded')
    and payments.payment_amount < orders.total_amount - 0.01
