-- Which products bring most, and what is left of it after their cost?
select
    product_id,
    product_name,
    category,
    currency,
    sum(quantity) as pieces,
    sum(net_sales) as net_sales,
    sum(net_sales) - sum(cost_of_goods) as margin,
    (sum(net_sales) - sum(cost_of_goods)) / nullif(sum(net_sales), 0) as margin_share
from {{ ref('bi_order_lines') }}
group by product_id, product_name, category, currency
order by net_sales desc
