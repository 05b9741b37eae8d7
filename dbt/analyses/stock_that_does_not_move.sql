-- What lies on the shelves and was not sold in 90 days, and what is it worth at cost?
with newest as (
    select max(sale_date) as sale_date from {{ ref('bi_order_lines') }}
),

sold as (
    select distinct sales_lines.product_id
    from {{ ref('bi_order_lines') }} as sales_lines
    cross join newest
    where {{ days_between('sales_lines.sale_date', 'newest.sale_date') }} < 90
)

select
    stock.product_id,
    stock.product_name,
    stock.source_system,
    products.currency,
    sum(stock.on_hand) as on_hand,
    sum(stock.on_hand * products.unit_cost) as value_at_cost
from {{ ref('bi_stock') }} as stock
inner join {{ ref('bi_products') }} as products on stock.product_id = products.product_id
left join sold on stock.product_id = sold.product_id
where sold.product_id is null and stock.on_hand > 0
group by stock.product_id, stock.product_name, stock.source_system, products.currency
order by value_at_cost desc
