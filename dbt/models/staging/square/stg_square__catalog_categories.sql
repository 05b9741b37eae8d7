with source as (
    select * from {{ source('square', 'catalog_categories') }}
),

renamed as (
    select
        -- ids
        id as category_id,
        parent_category_id,
        -- text
        name as category_name,
        -- numbers
        version as catalog_version,
        -- times
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        coalesce(is_deleted, false) or _deleted_at is not null as is_deleted
    from source
)

select * from renamed
