with source as (
    select * from {{ source('attio', 'list_entries') }}
),

renamed as (
    select
        -- ids
        list_id,
        entry_id,
        workspace_id,
        parent_record_id,
        status_id,
        -- text
        list_api_slug,
        parent_object,
        status as entry_status,
        entry_values,
        -- times
        status_entered_at,
        created_at,
        last_value_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
