with source as (
    select * from {{ source('shopify', 'collections__products') }}
),

renamed as (
    select
        -- ids
        _parent_id as collection_id,
        _position as line_position,
        id as product_id,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
