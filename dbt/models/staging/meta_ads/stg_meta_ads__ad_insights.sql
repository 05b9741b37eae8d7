with source as (
    select * from {{ source('meta_ads', 'ad_insights') }}
    where _deleted_at is null
),

renamed as (
    select
        -- ids
        account_id,
        ad_id,
        adset_id as ad_set_id,
        campaign_id,
        -- dates
        date_start as reported_on,
        -- text
        campaign_name,
        adset_name as ad_set_name,
        ad_name,
        currency_code,
        -- numbers
        -- Reach is of people: it must not be added up over ads or days.
        reach,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        -- Meta leaves metrics of 0 out.
        coalesce(impressions, 0) as impressions,
        coalesce(clicks, 0) as clicks,
        coalesce(inline_link_clicks, 0) as inline_link_clicks,
        {{ as_money('coalesce(spend, 0)', 'price') }} as spend_amount
    from source
)

select * from renamed
