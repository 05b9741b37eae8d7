with products as (
    select * from {{ ref('int_stripe__products_priced') }}
),

mapped as (
    select
        *,
        product_type as category,
        null as brand,
        null as unit_cost
    from products
),

final as (
    {{ conform('products', 'mapped') }}
)

select * from final
