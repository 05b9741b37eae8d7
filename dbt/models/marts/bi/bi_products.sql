{{ config(alias='products') }}

with products as (
    select * from {{ ref('dim_products') }}
    where is_current and not is_deleted and product_sk <> {{ unknown_member() }}
),

final as (
    select
        product_id,
        sku,
        product_name,
        category,
        brand,
        currency_code as currency,
        list_price,
        unit_cost,
        is_active,
        sources_count as sources
    from products
)

select * from final
