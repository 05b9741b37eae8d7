with clicks as (
    select * from {{ ref('stg_google_ads__clicks') }}
),

campaigns as (
    select * from {{ ref('stg_google_ads__campaigns') }}
),

ad_groups as (
    select * from {{ ref('stg_google_ads__ad_groups') }}
),

mapped as (
    select
        'google' as ad_platform,
        'gclid' as click_kind,
        clicks.gclid as click_id,
        clicks.customer_id as account_id,
        clicks.campaign_id,
        campaigns.campaign_name,
        ad_groups.ad_group_name,
        clicks.is_deleted,
        clicks.clicked_on,
        clicks._feed,
        clicks._load_id,
        {{ hash_key(['clicks.customer_id', 'clicks.gclid', 'clicks.clicked_on']) }} as ad_click_id
    from clicks
    left join campaigns
        on
            clicks._feed = campaigns._feed
            and clicks.customer_id = campaigns.customer_id
            and clicks.campaign_id = campaigns.campaign_id
    left join ad_groups
        on
            clicks._feed = ad_groups._feed
            and clicks.customer_id = ad_groups.customer_id
            and clicks.ad_group_id = ad_groups.ad_group_id
),

final as (
    {{ conform('ad_clicks', 'mapped') }}
)

select * from final
