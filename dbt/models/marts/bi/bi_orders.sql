{{ config(alias='orders') }}

with orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted
),

customers as (
    select * from {{ ref('dim_customers') }}
    where is_current
),

final as (
    select
        orders.order_id,
        orders.order_number,
        orders.source_connector as source_system,
        orders.ordered_on as order_date,
        orders.ordered_at,
        orders.order_status as status,
        orders.payment_method,
        orders.customer_id,
        customers.customer_name,
        customers.email as customer_email,
        orders.currency_code as currency,
        orders.gross_amount as gross_sales,
        orders.discount_amount as discounts,
        orders.refund_net_amount as refunds,
        orders.net_amount as net_sales,
        orders.revenue_amount as revenue,
        orders.tax_amount as tax,
        orders.shipping_amount as shipping,
        orders.tip_amount as tips,
        orders.total_amount as order_total,
        orders.paid_amount as paid,
        orders.fee_amount as fees,
        orders.tenant_currency_code as business_currency,
        orders.tenant_net_amount as net_sales_in_business_currency,
        orders.tenant_revenue_amount as revenue_in_business_currency
    from orders
    left join customers on orders.customer_id = customers.customer_id
)

select * from final
