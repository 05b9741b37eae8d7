with variants as (
    select * from {{ ref('int_shopify__variants_described') }}
),

mapped as (
    select
        *,
        variant_id as product_id,
        vendor as brand,
        coalesce(unit_cost_currency_code, '{{ var("tenant_currency") }}') as currency_code
    from variants
),

final as (
    {{ conform('products', 'mapped') }}
)

select * from final
