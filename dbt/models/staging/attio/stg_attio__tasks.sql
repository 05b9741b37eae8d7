with source as (
    select * from {{ source('attio', 'tasks') }}
),

renamed as (
    select
        -- ids
        id as task_id,
        workspace_id,
        created_by_id,
        -- text
        content_plaintext,
        created_by_type,
        -- booleans
        is_completed,
        -- times
        deadline_at,
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
