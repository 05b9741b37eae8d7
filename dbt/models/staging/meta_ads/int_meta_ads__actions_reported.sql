with actions as (
    select * from {{ ref('stg_meta_ads__ad_insight_actions') }}
),

action_values as (
    select * from {{ ref('stg_meta_ads__ad_insight_action_values') }}
),

insights as (
    select * from {{ ref('stg_meta_ads__ad_insights') }}
),

final as (
    select
        insights.account_id,
        insights.ad_id,
        insights.reported_on,
        insights.campaign_id,
        insights.currency_code,
        actions.action_type,
        actions.actions_count,
        action_values.action_amount,
        insights._feed,
        insights._load_id
    from actions
    -- A day that is no longer reported keeps its elements.
    inner join insights
        on
            actions._feed = insights._feed
            and actions.account_id = insights.account_id
            and actions.ad_id = insights.ad_id
            and actions.reported_on = insights.reported_on
    left join action_values
        on
            actions._feed = action_values._feed
            and actions.account_id = action_values.account_id
            and actions.ad_id = action_values.ad_id
            and actions.reported_on = action_values.reported_on
            and actions.action_type = action_values.action_type
)

select * from final
