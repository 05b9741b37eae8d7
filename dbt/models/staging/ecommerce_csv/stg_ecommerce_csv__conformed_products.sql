with products as (
    select * from {{ ref('int_ecommerce_csv__products_cleansed') }}
),

mapped as (
    select
        *,
        null as sku,
        null as barcode,
        null as variant_name,
        null as parent_id,
        {{ null_of('timestamp') }} as created_at
    from products
),

final as (
    {{ conform('products', 'mapped') }}
)

select * from final
