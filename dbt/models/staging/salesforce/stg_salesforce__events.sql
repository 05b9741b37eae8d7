with source as (
    select * from {{ source('salesforce', 'events') }}
),

renamed as (
    select
        -- ids
        id as event_id,
        who_id,
        what_id,
        account_id,
        owner_id,
        -- text
        subject,
        description,
        location,
        event_subtype,
        -- booleans
        is_all_day_event as is_all_day,
        -- times
        start_date_time as starts_at,
        end_date_time as ends_at,
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
