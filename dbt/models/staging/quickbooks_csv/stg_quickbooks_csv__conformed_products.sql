with items as (
    select * from {{ ref('stg_quickbooks_csv__items') }}
),

mapped as (
    select
        item_name as product_id,
        item_name as product_name,
        null as variant_name,
        null as parent_id,
        sku,
        null as barcode,
        category,
        sales_price as list_price,
        purchase_cost as unit_cost,
        is_deleted,
        _feed,
        _load_id,
        null as brand,
        '{{ var("tenant_currency") }}' as currency_code,
        not is_inactive as is_active,
        {{ null_of('timestamp') }} as created_at,
        {{ null_of('timestamp') }} as updated_at
    from items
),

final as (
    {{ conform('products', 'mapped') }}
)

select * from final
