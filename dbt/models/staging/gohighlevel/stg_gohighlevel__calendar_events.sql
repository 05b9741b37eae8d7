with source as (
    select * from {{ source('gohighlevel', 'calendar_events') }}
),

renamed as (
    select
        -- ids
        id as calendar_event_id,
        location_id,
        calendar_id,
        contact_id,
        assigned_user_id,
        master_event_id,
        -- text
        title,
        appointment_status,
        address,
        -- booleans
        is_recurring,
        -- times
        start_time as starts_at,
        end_time as ends_at,
        date_added as created_at,
        date_updated as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
