with products as (
    select * from {{ ref('int_stripe__products_priced') }}
),

mapped as (
    select
        *,
        product_type as category,
        null as brand,
        null as barcode,
        null as variant_name,
        null as parent_id,
        null as unit_cost
    from products
),

final as (
    {{ conform('products', 'mapped') }}
)

select * from final
