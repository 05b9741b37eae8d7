-- check: revenue_daily_equals_orders
-- severity: error
-- needs: fct_revenue_daily, fct_orders
-- why: The days of a feed do not add up to its counted orders: an order was lost or counted twice.
with days as (
    select
        _feed,
        currency_code,
        sum(orders_count) as orders_count,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount
    from {mart}.fct_revenue_daily
    where revenue_kind = 'order'
    group by _feed, currency_code
),

orders as (
    select
        _feed,
        currency_code,
        count(*) as orders_count,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount
    from {mart}.fct_orders
    where is_counted
    group by _feed, currency_code
)

select
    concat(
        coalesce(days._feed, orders._feed),
        ' ',
        coalesce(days.currency_code, orders.currency_code)
    ) as bad_key
from days
full join orders on days._feed = orders._feed and days.currency_code = orders.currency_code
where
    coalesce(days.orders_count, 0) <> coalesce(orders.orders_count, 0)
    or coalesce(days.gross_amount, 0) <> coalesce(orders.gross_amount, 0)
    or coalesce(days.discount_amount, 0) <> coalesce(orders.discount_amount, 0)
