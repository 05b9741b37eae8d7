-- In Square the variation is what is sold and priced; name, category and archiving are its item's.
with variations as (
    select * from {{ ref('stg_square__catalog_item_variations') }}
),

items as (
    select * from {{ ref('stg_square__catalog_items') }}
),

categories as (
    select * from {{ ref('stg_square__catalog_categories') }}
),

described as (
    select
        variations.variation_id,
        variations.item_id,
        variations.sku,
        variations.upc,
        variations.variation_name,
        variations.currency_code,
        variations.list_price,
        categories.category_name,
        variations._feed,
        variations._load_id,
        {{ joined_text(' - ', ['items.item_name', 'variations.variation_name']) }} as product_name,
        not coalesce(items.is_archived, false) as is_active,
        variations.is_deleted or coalesce(items.is_deleted, false) as is_deleted,
        {{ later_of('variations.updated_at', 'items.updated_at') }} as updated_at
    from variations
    left join items
        on
            variations._feed = items._feed
            and variations.item_id = items.item_id
    left join categories
        on
            items._feed = categories._feed
            and coalesce(items.category_id, items.first_category_id) = categories.category_id
)

select * from described
