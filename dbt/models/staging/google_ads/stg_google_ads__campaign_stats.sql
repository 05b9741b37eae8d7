with source as (
    select * from {{ source('google_ads', 'campaign_stats') }}
    where _deleted_at is null
),

renamed as (
    select
        -- ids
        cast(customer_id as text) as customer_id,
        cast(campaign_id as text) as campaign_id,
        ad_network_type,
        device,
        -- dates
        date as reported_on,
        -- text
        currency_code,
        -- numbers
        impressions,
        clicks,
        interactions,
        conversions,
        all_conversions,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ as_money('cost_micros / 1000000.0', 'price') }} as cost_amount,
        {{ as_money('conversions_value') }} as conversions_value_amount,
        {{ as_money('all_conversions_value') }} as all_conversions_value_amount
    from source
)

select * from renamed
