with source as (
    select * from {{ source('gohighlevel', 'opportunities') }}
),

renamed as (
    select
        -- ids
        id as opportunity_id,
        location_id,
        pipeline_id,
        pipeline_stage_id,
        contact_id,
        lost_reason_id,
        -- text
        name as opportunity_name,
        status as opportunity_status,
        source as opportunity_source,
        assigned_to,
        contact,
        -- numbers
        monetary_value as opportunity_amount,
        -- times
        last_status_change_at,
        last_stage_change_at,
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
