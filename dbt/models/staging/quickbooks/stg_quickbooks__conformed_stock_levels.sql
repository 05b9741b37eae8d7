-- The books know one number an item, wherever it lies; a service has none.
with items as (
    select * from {{ ref('stg_quickbooks__items') }}
    where quantity_on_hand is not null
),

mapped as (
    select
        item_id as stock_level_id,
        item_id as product_id,
        null as location_id,
        null as location_name,
        quantity_on_hand as on_hand_quantity,
        null as available_quantity,
        updated_at as counted_at,
        is_deleted,
        _feed,
        _load_id
    from items
),

final as (
    {{ conform('stock_levels', 'mapped') }}
)

select * from final
