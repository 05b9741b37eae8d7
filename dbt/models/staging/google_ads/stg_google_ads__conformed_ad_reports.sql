-- What is below a campaign, each level by itself; networks and devices together. Names are those of
-- now. A keyword's number is its own only within its group.
{% set levels = {
    'ad_group': ['ad_group_stats', 'ad_groups', ['ad_group_id'], 'ad_group_name',
        ['stats.ad_group_id']],
    'ad': ['ad_stats', 'ads', ['ad_group_id', 'ad_id'], 'ad_name',
        ['stats.ad_group_id', 'stats.ad_id']],
    'keyword': ['keyword_stats', 'keywords', ['ad_group_id', 'criterion_id'], 'keyword_text',
        ['stats.ad_group_id', 'stats.criterion_id']],
} %}

with reported as (
    {%- for level, (stats, members, ids, name, named_ids) in levels.items() %}
        select
            stats._feed,
            stats._load_id,
            stats.customer_id as account_id,
            stats.campaign_id,
            '{{ level }}' as report_level,
            {{ joined_text('/', named_ids) }} as member_id,
            members.{{ name }} as member_name,
            stats.currency_code,
            stats.cost_amount,
            stats.impressions,
            stats.clicks,
            stats.conversions,
            stats.conversions_value_amount,
            stats.reported_on
        from {{ ref('stg_google_ads__' ~ stats) }} as stats
        left join {{ ref('stg_google_ads__' ~ members) }} as members
            on
                stats._feed = members._feed
                and stats.customer_id = members.customer_id
                {%- for id in ids %}
                    and stats.{{ id }} = members.{{ id }}
                {%- endfor %}
        union all
    {%- endfor %}
    select
        conversions._feed,
        conversions._load_id,
        conversions.customer_id as account_id,
        conversions.campaign_id,
        'conversion_action' as report_level,
        conversions.conversion_action as member_id,
        coalesce(actions.conversion_action_name, conversions.conversion_action_name) as member_name,
        conversions.currency_code,
        {{ null_of('amount') }} as cost_amount,
        {{ null_of('bigint') }} as impressions,
        {{ null_of('bigint') }} as clicks,
        conversions.conversions,
        conversions.conversions_value_amount,
        conversions.reported_on
    from {{ ref('stg_google_ads__campaign_conversions') }} as conversions
    left join {{ ref('stg_google_ads__conversion_actions') }} as actions
        on
            conversions._feed = actions._feed
            and conversions.customer_id = actions.customer_id
            and conversions.conversion_action = actions.resource_name
),

mapped as (
    select
        {{ hash_key([
            'account_id', 'campaign_id', 'report_level', 'member_id', 'currency_code', 'reported_on'
        ]) }} as ad_report_id,
        account_id,
        'google' as ad_platform,
        report_level,
        campaign_id,
        member_id,
        max(member_name) as member_name,
        null as creative_id,
        currency_code,
        sum(cost_amount) as spend_cost,
        sum(impressions) as impressions_count,
        sum(clicks) as clicks_count,
        null as reach_count,
        sum(conversions) as conversions_count,
        sum(conversions_value_amount) as conversions_value_amount,
        reported_on,
        _feed,
        max(_load_id) as _load_id
    from reported
    group by
        account_id, campaign_id, report_level, member_id, currency_code, reported_on, _feed
),

final as (
    {{ conform('ad_reports', 'mapped') }}
)

select * from final
