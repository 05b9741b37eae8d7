with source as (
    select * from {{ source('shopify', 'products') }}
),

renamed as (
    select
        -- ids
        id as product_id,
        legacy_id,
        -- text
        title as product_title,
        handle,
        vendor,
        product_type,
        status as product_status,
        tags,
        category_name,
        -- numbers
        total_inventory as inventory_quantity,
        -- times
        created_at,
        updated_at,
        published_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
