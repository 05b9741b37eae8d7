-- The one place that says which channel a source, medium and campaign is. A campaign that a tag
-- names by its number at the platform is called by its name.
with traffic as (
    select
        traffic_source,
        traffic_medium,
        traffic_campaign,
        ad_network
    from {{ ref('int_touchpoints__cleaned') }}
    union distinct
    select
        traffic_source,
        traffic_medium,
        traffic_campaign,
        {{ null_of('text') }} as ad_network
    from {{ ref('int_sessions__unioned') }}
    union distinct
    select
        ad_platform as traffic_source,
        'paid' as traffic_medium,
        coalesce(campaign_name, campaign_id) as traffic_campaign,
        ad_network
    from {{ ref('int_spend__unioned') }}
),

cleaned as (
    {{ clean_traffic('traffic') }}
),

campaigns as (
    select
        campaign_id,
        max(lower(trim(campaign_name))) as campaign_name
    from {{ ref('int_spend__unioned') }}
    group by campaign_id
),

grouped as (
    select
        cleaned.*,
        {{ channel_of() }} as channel
    from cleaned
),

final as (
    select
        {{ traffic_key('grouped') }} as traffic_key,
        grouped.source,
        grouped.medium,
        grouped.ad_network,
        grouped.channel,
        coalesce(campaigns.campaign_name, grouped.campaign, '(none)') as campaign_name
    from grouped
    left join campaigns on grouped.campaign = campaigns.campaign_id
)

select * from final
