-- What lies at an active place, by variant: a level belongs to the variant's inventory item.
with levels as (
    select * from {{ ref('stg_shopify__inventory_levels') }}
    where is_active
),

items as (
    select * from {{ ref('stg_shopify__inventory_items') }}
),

variants as (
    select * from {{ ref('stg_shopify__product_variants') }}
),

locations as (
    select * from {{ ref('stg_shopify__locations') }}
),

mapped as (
    select
        levels.inventory_level_id as stock_level_id,
        variants.variant_id as product_id,
        levels.location_id,
        locations.location_name,
        levels.on_hand_quantity,
        levels.available_quantity,
        levels.updated_at as counted_at,
        levels._feed,
        levels._load_id,
        variants.is_deleted or items.is_deleted as is_deleted
    from levels
    inner join items
        on
            levels._feed = items._feed
            and levels.inventory_item_id = items.inventory_item_id
    inner join variants
        on
            levels._feed = variants._feed
            and levels.inventory_item_id = variants.inventory_item_id
    left join locations
        on
            levels._feed = locations._feed
            and levels.location_id = locations.location_id
    where items.is_tracked
),

final as (
    {{ conform('stock_levels', 'mapped') }}
)

select * from final
