with products as (
    select * from {{ ref('stg_ecommerce_csv__products') }}
),

cleansed as (
    select
        product_id,
        list_price,
        unit_cost,
        is_active,
        updated_at,
        is_deleted,
        _feed,
        _load_id,
        nullif(trim(product_name), '') as product_name,
        nullif(trim(category), '') as category,
        nullif(trim(subcategory), '') as subcategory,
        nullif(trim(brand), '') as brand,
        coalesce(currency_code, '{{ var("tenant_currency") }}') as currency_code
    from products
)

select * from cleansed
