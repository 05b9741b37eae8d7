-- check: sales_equal_orders
-- severity: warn
-- needs: fct_sales, fct_orders
-- why: The lines of an order do not add up to its gross amount or discount: lines are missing or doubled.
with lines as (
    select
        order_id,
        count(*) as lines_count,
        sum(gross_amount) as gross_amount,
        sum(gross_amount - discount_amount) as net_amount
    from {mart}.fct_sales
    group by order_id
)

select orders.order_id as bad_key
from {mart}.fct_orders as orders
inner join lines on orders.order_id = lines.order_id
where
    abs(orders.gross_amount - lines.gross_amount) > 0.01 * lines.lines_count
    or abs(orders.gross_amount - orders.discount_amount - lines.net_amount)
    > 0.01 * lines.lines_count
