with source as (
    select * from {{ source('callrail', 'companies') }}
),

renamed as (
    select
        -- ids
        id as company_id,
        account_id,
        -- text
        name as company_name,
        status as company_status,
        time_zone,
        script_url,
        -- booleans
        dni_active as is_dni_active,
        callscore_enabled as is_callscore_enabled,
        lead_scoring_enabled as is_lead_scoring_enabled,
        callscribe_enabled as is_callscribe_enabled,
        keyword_spotting_enabled as is_keyword_spotting_enabled,
        form_capture as is_form_capture,
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
