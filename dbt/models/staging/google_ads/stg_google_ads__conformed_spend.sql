-- A campaign's day and network, all devices together. Networks are what channel rules know: what a
-- campaign over all of Google's places spends in one of them is still that campaign's.
with stats as (
    select * from {{ ref('stg_google_ads__campaign_stats') }}
),

campaigns as (
    select * from {{ ref('stg_google_ads__campaigns') }}
),

named as (
    select
        stats.*,
        campaigns.campaign_name,
        case
            when
                campaigns.channel_type in (
                    'PERFORMANCE_MAX', 'SMART', 'DEMAND_GEN', 'DISCOVERY', 'MULTI_CHANNEL'
                )
                then 'cross_network'
            when campaigns.channel_type = 'SHOPPING' then 'shopping'
            when stats.ad_network_type in ('SEARCH', 'SEARCH_PARTNERS') then 'search'
            when stats.ad_network_type = 'CONTENT' then 'display'
            when stats.ad_network_type in ('YOUTUBE', 'GOOGLE_TV') then 'video'
            else 'cross_network'
        end as ad_network
    from stats
    left join campaigns
        on
            stats._feed = campaigns._feed
            and stats.customer_id = campaigns.customer_id
            and stats.campaign_id = campaigns.campaign_id
),

mapped as (
    select
        {{ hash_key(['customer_id', 'campaign_id', 'reported_on', 'ad_network', 'currency_code']) }}
            as spend_id,
        customer_id as account_id,
        campaign_id,
        campaign_name,
        'google' as ad_platform,
        ad_network,
        currency_code,
        sum(cost_amount) as spend_cost,
        sum(impressions) as impressions_count,
        sum(clicks) as clicks_count,
        reported_on as spent_on,
        _feed,
        max(_load_id) as _load_id
    from named
    group by
        customer_id, campaign_id, campaign_name, ad_network, currency_code, reported_on, _feed
),

final as (
    {{ conform('spend', 'mapped') }}
)

select * from final
