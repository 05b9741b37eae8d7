with source as (
    select * from {{ source('shopify', 'orders__fulfillments') }}
),

renamed as (
    select
        -- ids
        _parent_id as order_id,
        _position as fulfillment_position,
        id as fulfillment_id,
        location_id,
        -- text
        name as fulfillment_name,
        status as fulfillment_status,
        -- numbers
        total_quantity as pieces_count,
        -- times
        created_at,
        delivered_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
