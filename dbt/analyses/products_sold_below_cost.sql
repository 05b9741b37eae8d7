-- Which lines were sold for less than they cost us?
select
    sale_date,
    order_id,
    product_name,
    quantity,
    currency,
    net_sales,
    cost_of_goods,
    net_sales - cost_of_goods as margin
from {{ ref('bi_order_lines') }}
where net_sales < cost_of_goods
order by margin
