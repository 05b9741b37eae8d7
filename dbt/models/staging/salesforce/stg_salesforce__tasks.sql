with source as (
    select * from {{ source('salesforce', 'tasks') }}
),

renamed as (
    select
        -- ids
        id as task_id,
        who_id,
        what_id,
        account_id,
        owner_id,
        -- text
        subject,
        description,
        status as task_status,
        priority,
        task_subtype,
        call_type,
        -- numbers
        call_duration_in_seconds as call_seconds,
        -- booleans
        is_closed,
        -- times
        activity_date as due_on,
        created_date as created_at,
        last_modified_date as modified_at,
        system_modstamp as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        is_deleted or _deleted_at is not null as is_deleted
    from source
)

select * from renamed
