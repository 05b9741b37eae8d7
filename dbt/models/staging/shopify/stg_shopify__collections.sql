with source as (
    select * from {{ source('shopify', 'collections') }}
),

renamed as (
    select
        -- ids
        id as collection_id,
        legacy_id,
        -- text
        title as collection_title,
        handle,
        sort_order,
        -- numbers
        products_count,
        -- times
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
