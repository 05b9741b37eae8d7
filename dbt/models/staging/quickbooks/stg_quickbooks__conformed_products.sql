with items as (
    select * from {{ ref('int_quickbooks__items_categorised') }}
),

mapped as (
    select
        item_id as product_id,
        null as parent_id,
        sku,
        null as barcode,
        name as product_name,
        null as variant_name,
        category,
        unit_price as list_price,
        purchase_cost as unit_cost,
        is_active,
        is_deleted,
        created_at,
        updated_at,
        _feed,
        _load_id,
        {{ null_of('text') }} as brand,
        '{{ var("tenant_currency") }}' as currency_code
    from items
),

final as (
    {{ conform('products', 'mapped') }}
)

select * from final
