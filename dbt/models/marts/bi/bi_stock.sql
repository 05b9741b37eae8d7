{{ config(alias='stock') }}

with levels as (
    select * from {{ ref('fct_stock_levels') }}
    where not is_deleted
),

products as (
    select * from {{ ref('dim_products') }}
    where is_current
),

final as (
    select
        levels.product_id,
        products.sku,
        products.product_name,
        products.category,
        levels.source_connector as source_system,
        levels.location_name as place,
        levels.on_hand_quantity as on_hand,
        levels.available_quantity as available,
        levels.counted_at
    from levels
    left join products on levels.product_id = products.product_id
)

select * from final
