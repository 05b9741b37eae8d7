with source as (
    select * from {{ source('square', 'orders__returns') }}
),

renamed as (
    select
        -- ids
        _parent_id as order_id,
        _position as return_position,
        source_order_id,
        -- text
        return_line_items,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
