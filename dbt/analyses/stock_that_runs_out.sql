-- For how many days does the stock last, as the last 90 days sold?
with newest as (
    select max(sale_date) as sale_date from {{ ref('bi_order_lines') }}
),

sold as (
    select
        sales_lines.product_id,
        sum(sales_lines.quantity) as pieces
    from {{ ref('bi_order_lines') }} as sales_lines
    cross join newest
    where {{ days_between('sales_lines.sale_date', 'newest.sale_date') }} < 90
    group by sales_lines.product_id
)

select
    stock.product_id,
    stock.product_name,
    stock.source_system,
    sum(stock.on_hand) as on_hand,
    max(sold.pieces) as sold_in_90_days,
    sum(stock.on_hand) * 90 / nullif(max(sold.pieces), 0) as days_left
from {{ ref('bi_stock') }} as stock
left join sold on stock.product_id = sold.product_id
group by stock.product_id, stock.product_name, stock.source_system
order by days_left
