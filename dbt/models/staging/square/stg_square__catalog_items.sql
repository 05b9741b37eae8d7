with source as (
    select * from {{ source('square', 'catalog_items') }}
),

renamed as (
    select
        -- ids
        id as item_id,
        category_id,
        -- text
        name as item_name,
        description as item_description,
        product_type,
        categories,
        -- numbers
        version as catalog_version,
        -- times
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ json_text(json_element('categories', 0), 'id') }} as first_category_id,
        coalesce(is_archived, false) as is_archived,
        coalesce(is_taxable, false) as is_taxable,
        coalesce(is_deleted, false) or _deleted_at is not null as is_deleted
    from source
)

select * from renamed
