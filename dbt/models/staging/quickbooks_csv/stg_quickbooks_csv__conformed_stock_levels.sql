-- The item list has one number an item, of the day it names.
with items as (
    select * from {{ ref('stg_quickbooks_csv__items') }}
    where quantity_on_hand is not null
),

mapped as (
    select
        item_name as stock_level_id,
        item_name as product_id,
        null as location_id,
        null as location_name,
        quantity_on_hand as on_hand_quantity,
        null as available_quantity,
        is_deleted,
        _feed,
        _load_id,
        {{ local_midnight('quantity_as_of_on') }} as counted_at
    from items
),

final as (
    {{ conform('stock_levels', 'mapped') }}
)

select * from final
