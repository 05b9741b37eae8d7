with items as (
    select * from {{ ref('stg_quickbooks__items') }}
),

categories as (
    select
        item_id,
        name,
        _feed
    from items
    where item_type = 'Category'
),

final as (
    select
        items.item_id,
        items.sku,
        items.name,
        items.unit_price,
        items.purchase_cost,
        items.is_active,
        items.is_deleted,
        items.created_at,
        items.updated_at,
        items._feed,
        items._load_id,
        categories.name as category
    from items
    left join categories
        on items.parent_id = categories.item_id and items._feed = categories._feed
    where items.item_type <> 'Category'
)

select * from final
