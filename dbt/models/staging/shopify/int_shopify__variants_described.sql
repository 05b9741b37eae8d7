-- In Shopify the variant is what is sold and priced; title, vendor and type are its product's.
with variants as (
    select * from {{ ref('stg_shopify__product_variants') }}
),

products as (
    select * from {{ ref('stg_shopify__products') }}
),

described as (
    select
        variants.variant_id,
        variants.product_id as parent_product_id,
        variants.sku,
        variants.barcode,
        variants.variant_title,
        products.vendor,
        variants.unit_cost_currency_code,
        variants.list_price,
        variants.unit_cost,
        variants.created_at,
        variants._feed,
        variants._load_id,
        coalesce(variants.display_name, products.product_title) as product_name,
        coalesce(products.product_type, products.category_name) as category,
        coalesce(products.product_status, 'ACTIVE') = 'ACTIVE' as is_active,
        variants.is_deleted or coalesce(products.is_deleted, false) as is_deleted,
        {{ later_of('variants.updated_at', 'products.updated_at') }} as updated_at
    from variants
    left join products
        on
            variants._feed = products._feed
            and variants.product_id = products.product_id
)

select * from described
