with items as (
    select * from {{ ref('stg_quickbooks__items') }}
),

categories as (
    select * from items
    where item_type = 'Category'
),

final as (
    select
        items.*,
        categories.name as category
    from items
    left join categories
        on items.parent_id = categories.item_id and items._feed = categories._feed
    where items.item_type <> 'Category'
)

select * from final
