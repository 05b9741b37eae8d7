with source as (
    select * from {{ source('attio', 'lists') }}
),

renamed as (
    select
        -- ids
        id as list_id,
        workspace_id,
        created_by_id,
        -- text
        api_slug,
        name as list_name,
        parent_object,
        workspace_access,
        workspace_member_access,
        created_by_type,
        -- times
        created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
