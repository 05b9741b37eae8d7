with variations as (
    select * from {{ ref('int_square__variations_described') }}
),

mapped as (
    select
        variation_id as product_id,
        item_id as parent_id,
        sku,
        upc as barcode,
        product_name,
        variation_name as variant_name,
        category_name as category,
        list_price,
        is_active,
        is_deleted,
        updated_at,
        _feed,
        _load_id,
        null as brand,
        null as unit_cost,
        {{ null_of('timestamp') }} as created_at,
        coalesce(currency_code, '{{ var("tenant_currency") }}') as currency_code
    from variations
),

final as (
    {{ conform('products', 'mapped') }}
)

select * from final
