with variants as (
    select * from {{ ref('int_shopify__variants_described') }}
),

mapped as (
    select
        *,
        variant_id as product_id,
        vendor as brand,
        variant_title as variant_name,
        parent_product_id as parent_id,
        coalesce(unit_cost_currency_code, '{{ var("tenant_currency") }}') as currency_code
    from variants
),

final as (
    {{ conform('products', 'mapped') }}
)

select * from final
