with source as (
    select * from {{ source('callrail', 'trackers') }}
),

renamed as (
    select
        -- ids
        id as tracker_id,
        account_id,
        company_id,
        -- text
        name as tracker_name,
        type as tracker_type,
        status as tracker_status,
        destination_number,
        tracking_numbers,
        whisper_message,
        source_type,
        source as tracker_source,
        call_flow,
        -- booleans
        sms_enabled as is_sms_enabled,
        -- times
        created_at,
        disabled_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
