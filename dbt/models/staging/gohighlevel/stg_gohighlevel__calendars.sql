with source as (
    select * from {{ source('gohighlevel', 'calendars') }}
),

renamed as (
    select
        -- ids
        id as calendar_id,
        location_id,
        group_id,
        -- text
        name as calendar_name,
        calendar_type,
        slot_duration_unit,
        -- numbers
        slot_duration,
        -- booleans
        is_active,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
