-- A campaign's day, all its ads together; a campaign that was renamed is called as it is now.
with insights as (
    select * from {{ ref('stg_meta_ads__ad_insights') }}
),

campaigns as (
    select * from {{ ref('stg_meta_ads__campaigns') }}
),

named as (
    select
        insights.*,
        coalesce(campaigns.campaign_name, insights.campaign_name) as current_name
    from insights
    left join campaigns
        on
            insights._feed = campaigns._feed
            and insights.campaign_id = campaigns.campaign_id
),

mapped as (
    select
        {{ hash_key(['account_id', 'campaign_id', 'reported_on', 'currency_code']) }} as spend_id,
        account_id,
        campaign_id,
        max(current_name) as campaign_name,
        'meta' as ad_platform,
        'social' as ad_network,
        upper(currency_code) as currency_code,
        sum(spend_amount) as spend_cost,
        sum(impressions) as impressions_count,
        sum(clicks) as clicks_count,
        reported_on as spent_on,
        _feed,
        max(_load_id) as _load_id
    from named
    group by account_id, campaign_id, currency_code, reported_on, _feed
),

final as (
    {{ conform('spend', 'mapped') }}
)

select * from final
