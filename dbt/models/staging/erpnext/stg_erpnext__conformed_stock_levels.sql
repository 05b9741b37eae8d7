-- The balance after the newest entry of an item at a warehouse; cancelled entries never happened,
-- and one that names no item or no warehouse is nowhere.
with entries as (
    select * from {{ ref('stg_erpnext__stock_ledger_entries') }}
    where
        not is_cancelled
        and not is_deleted
        and item_id is not null
        and warehouse_name is not null
),

placed as (
    select
        *,
        row_number() over (
            partition by _feed, item_id, warehouse_name
            order by posted_at desc, created_at desc, stock_ledger_entry_id desc
        ) as entry_rank
    from entries
),

mapped as (
    select
        item_id as product_id,
        warehouse_name as location_id,
        warehouse_name as location_name,
        quantity_after as on_hand_quantity,
        null as available_quantity,
        posted_at as counted_at,
        false as is_deleted,
        _feed,
        _load_id,
        item_id || '/' || warehouse_name as stock_level_id
    from placed
    where entry_rank = 1
),

final as (
    {{ conform('stock_levels', 'mapped') }}
)

select * from final
