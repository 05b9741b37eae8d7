with source as (
    select * from {{ source('google_analytics', 'audience_devices') }}
    where _deleted_at is null
),

renamed as (
    select
        -- ids
        property_id,
        device_category,
        operating_system,
        browser,
        -- dates
        date as reported_on,
        -- text
        restricted_metrics,
        truncation_reasons,
        time_zone,
        currency_code,
        -- numbers
        sampled_share,
        total_users,
        new_users,
        sessions,
        -- booleans
        is_other_row,
        has_data_loss,
        is_thresholded,
        is_sampled,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
