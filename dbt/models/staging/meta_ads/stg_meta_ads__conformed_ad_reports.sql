-- Purchases are told several times over (Meta's own, the pixel's, all ways together): one type is
-- taken of each ad and day, the widest that is there.
with insights as (
    select * from {{ ref('stg_meta_ads__ad_insights') }}
),

ads as (
    select * from {{ ref('stg_meta_ads__ads') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by _feed, account_id, ad_id, reported_on
            order by
                case action_type
                    when 'omni_purchase' then 1
                    when 'purchase' then 2
                    else 3
                end asc
        ) as place
    from {{ ref('int_meta_ads__actions_reported') }}
    where
        action_type in ('omni_purchase', 'purchase', 'offsite_conversion.fb_pixel_purchase')
),

bought as (
    select * from ranked
    where place = 1
),

mapped as (
    select
        {{ hash_key(['insights.account_id', 'insights.ad_id', 'insights.reported_on']) }}
            as ad_report_id,
        insights.account_id,
        'meta' as ad_platform,
        'ad' as report_level,
        insights.campaign_id,
        insights.ad_id as member_id,
        coalesce(ads.ad_name, insights.ad_name) as member_name,
        ads.creative_id,
        upper(insights.currency_code) as currency_code,
        insights.spend_amount as spend_cost,
        insights.impressions as impressions_count,
        insights.clicks as clicks_count,
        insights.reach as reach_count,
        bought.actions_count as conversions_count,
        bought.action_amount as conversions_value_amount,
        insights.reported_on,
        insights._feed,
        insights._load_id
    from insights
    left join ads on insights._feed = ads._feed and insights.ad_id = ads.ad_id
    left join bought
        on
            insights._feed = bought._feed
            and insights.account_id = bought.account_id
            and insights.ad_id = bought.ad_id
            and insights.reported_on = bought.reported_on
),

final as (
    {{ conform('ad_reports', 'mapped') }}
)

select * from final
