with source as (
    select * from {{ source('shopify', 'inventory_items__levels') }}
),

renamed as (
    select
        -- ids
        id as inventory_level_id,
        _parent_id as inventory_item_id,
        location_id,
        -- numbers
        available_quantity,
        on_hand_quantity,
        committed_quantity,
        -- times
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        coalesce(is_active, false) as is_active
    from source
)

select * from renamed
