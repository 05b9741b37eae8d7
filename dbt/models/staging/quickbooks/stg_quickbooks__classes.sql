with source as (
    select * from {{ source('quickbooks', 'classes') }}
),

renamed as (
    select
        -- ids
        id as class_id,
        parent_id,
        -- text
        sync_token,
        name,
        fully_qualified_name,
        -- times
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        coalesce(is_active, false) as is_active,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
