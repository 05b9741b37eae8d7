with source as (
    select * from {{ source('attio', 'notes') }}
),

renamed as (
    select
        -- ids
        id as note_id,
        workspace_id,
        parent_record_id,
        meeting_id,
        created_by_id,
        -- text
        parent_object,
        title as note_title,
        content_plaintext,
        content_markdown,
        tags,
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
