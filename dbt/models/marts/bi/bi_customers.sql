{{ config(alias='customers') }}

with customers as (
    select * from {{ ref('dim_customers') }}
    where is_current and is_customer and not is_deleted
),

lifetimes as (
    select * from {{ ref('agg_customer_lifetime') }}
),

final as (
    select
        customers.customer_id,
        customers.customer_name,
        customers.company_name as company,
        customers.email,
        customers.phone,
        customers.city,
        customers.region,
        customers.postal_code,
        customers.country,
        customers.created_at as known_since,
        customers.sources_count as sources,
        lifetimes.currency_code as currency,
        lifetimes.orders_count as orders,
        lifetimes.first_ordered_on as first_order_date,
        lifetimes.last_ordered_on as last_order_date,
        lifetimes.gross_amount as gross_sales,
        lifetimes.discount_amount as discounts,
        lifetimes.net_amount as net_sales,
        lifetimes.average_net_amount as average_order
    from customers
    left join lifetimes on customers.customer_id = lifetimes.customer_id
)

select * from final
