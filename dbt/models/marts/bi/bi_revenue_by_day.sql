{{ config(alias='revenue_by_day') }}

with days as (
    select * from {{ ref('fct_revenue_daily') }}
),

final as (
    select
        revenue_on as revenue_date,
        source_connector as source_system,
        currency_code as currency,
        orders_count as orders,
        gross_amount as gross_sales,
        discount_amount as discounts,
        refund_net_amount as refunds,
        net_amount as net_sales,
        revenue_amount as revenue,
        tax_amount as tax,
        shipping_amount as shipping,
        tip_amount as tips,
        total_amount as total,
        tenant_currency_code as business_currency,
        tenant_net_amount as net_sales_in_business_currency,
        tenant_revenue_amount as revenue_in_business_currency
    from days
)

select * from final
