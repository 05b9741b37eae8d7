with source as (
    select * from {{ source('salesforce', 'opportunities') }}
),

renamed as (
    select
        -- ids
        id as opportunity_id,
        account_id,
        campaign_id,
        record_type_id,
        owner_id,
        -- text
        name as opportunity_name,
        stage_name,
        type as opportunity_type,
        lead_source,
        forecast_category,
        currency_iso_code as currency_code,
        -- numbers
        amount as opportunity_amount,
        probability as probability_percent,
        -- booleans
        is_closed,
        is_won,
        -- times
        close_date as close_on,
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
