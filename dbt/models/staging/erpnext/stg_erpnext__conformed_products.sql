with items as (
    select * from {{ ref('stg_erpnext__items') }}
    where not has_variants
),

mapped as (
    select
        *,
        item_id as product_id,
        item_code as sku,
        item_name as product_name,
        template_item_id as parent_id,
        null as barcode,
        null as variant_name,
        item_group as category,
        '{{ var("tenant_currency") }}' as currency_code,
        not is_disabled as is_active
    from items
),

final as (
    {{ conform('products', 'mapped') }}
)

select * from final
