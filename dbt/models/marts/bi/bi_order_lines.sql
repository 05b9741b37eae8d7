{{ config(alias='order_lines') }}

with sales as (
    select * from {{ ref('fct_sales') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

final as (
    select
        sales.order_line_id,
        sales.order_id,
        sales.source_connector as source_system,
        sales.sold_on as sale_date,
        sales.sold_at,
        sales.customer_id,
        customers.customer_name,
        sales.product_id,
        products.sku,
        products.product_name,
        products.category,
        products.brand,
        sales.quantity,
        sales.currency_code as currency,
        sales.unit_price,
        sales.gross_amount as gross_sales,
        sales.discount_amount as discounts,
        sales.net_amount as net_sales,
        sales.tax_amount as tax,
        sales.cost_amount as cost_of_goods,
        sales.tenant_currency_code as business_currency,
        sales.tenant_net_amount as net_sales_in_business_currency
    from sales
    left join products on sales.product_sk = products.product_sk
    left join customers on sales.customer_sk = customers.customer_sk
)

select * from final
