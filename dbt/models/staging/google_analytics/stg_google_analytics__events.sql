with source as (
    select * from {{ source('google_analytics', 'events') }}
    where _deleted_at is null
),

renamed as (
    select
        -- ids
        property_id,
        event_name,
        -- dates
        date as reported_on,
        -- text
        restricted_metrics,
        truncation_reasons,
        time_zone,
        currency_code,
        -- numbers
        sampled_share,
        event_count,
        event_count_per_user,
        event_value,
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
