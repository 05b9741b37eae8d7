with sales as (
    select * from {{ ref('fct_sales') }}
    where product_id is not null
),

products as (
    select * from {{ ref('dim_products') }}
    where is_current
),

totals as (
    select
        product_id,
        currency_code,
        count(distinct order_id) as orders_count,
        {{ as_money('sum(quantity)', 'quantity') }} as quantity,
        {{ as_money('sum(gross_amount)') }} as gross_amount,
        {{ as_money('sum(discount_amount)') }} as discount_amount,
        {{ as_money('sum(net_amount)') }} as net_amount,
        {{ as_money('sum(cost_amount)') }} as cost_amount,
        min(sold_on) as first_sold_on,
        max(sold_on) as last_sold_on
    from sales
    group by product_id, currency_code
),

final as (
    select
        {{ hash_key(['totals.product_id', 'totals.currency_code']) }} as product_sales_key,
        totals.product_id,
        products.product_name,
        products.category,
        totals.currency_code,
        totals.orders_count,
        totals.quantity,
        totals.gross_amount,
        totals.discount_amount,
        totals.net_amount,
        totals.cost_amount,
        totals.first_sold_on,
        totals.last_sold_on
    from totals
    left join products on totals.product_id = products.product_id
)

select * from final
