with source as (
    select * from {{ source('google_analytics', 'ecommerce_transactions') }}
    where _deleted_at is null
),

renamed as (
    select
        -- ids
        property_id,
        transaction_id,
        session_source,
        session_medium,
        session_campaign_name,
        -- dates
        date as reported_on,
        -- text
        restricted_metrics,
        truncation_reasons,
        time_zone,
        currency_code,
        -- numbers
        sampled_share,
        transactions,
        -- booleans
        is_other_row,
        has_data_loss,
        is_thresholded,
        is_sampled,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ as_money('purchase_revenue') }} as purchase_revenue_amount,
        {{ as_money('total_revenue') }} as total_revenue_amount
    from source
)

select * from renamed
