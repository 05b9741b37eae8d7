with source as (
    select * from {{ source('salesforce', 'opportunity_history') }}
),

renamed as (
    select
        -- ids
        id as opportunity_history_id,
        opportunity_id,
        created_by_id,
        -- text
        stage_name,
        forecast_category,
        -- numbers
        amount as opportunity_amount,
        expected_revenue as expected_revenue_amount,
        probability as probability_percent,
        -- times
        close_date as close_on,
        created_date as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        is_deleted or _deleted_at is not null as is_deleted
    from source
)

select * from renamed
