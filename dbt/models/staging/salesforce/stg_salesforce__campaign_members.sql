with source as (
    select * from {{ source('salesforce', 'campaign_members') }}
),

renamed as (
    select
        -- ids
        id as campaign_member_id,
        campaign_id,
        lead_id,
        contact_id,
        -- text
        status as member_status,
        -- booleans
        has_responded,
        -- times
        first_responded_date as first_responded_on,
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
