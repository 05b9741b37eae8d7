with source as (
    select * from {{ source('callrail', 'accounts') }}
),

renamed as (
    select
        -- ids
        id as account_id,
        numeric_id,
        -- text
        name as account_name,
        -- booleans
        hipaa_account as is_hipaa_account,
        outbound_recording_enabled as is_outbound_recording_enabled,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
