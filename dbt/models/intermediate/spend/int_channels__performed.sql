{% set grain = ['performed_on', 'channel', 'campaign_name', 'currency_code'] %}
{% set parts = {
    'spend': ('spent_on', ['spend_cost', 'impressions_count', 'clicks_count']),
    'sessions': ('reported_on', ['sessions_count', 'engaged_sessions_count']),
    'leads': ('touched_on', ['leads_count']),
    'calls': ('called_on', ['calls_count', 'answered_calls_count']),
} %}

-- What channels cost and brought before any sale; without a currency at the tenant's own.
with paid as (
    select
        *,
        ad_platform as traffic_source,
        'paid' as traffic_medium,
        coalesce(campaign_name, campaign_id) as traffic_campaign
    from {{ ref('int_spend__unioned') }}
),

spend as (
    select
        paid.spent_on,
        {{ currency_at_rate('paid.currency_code') }} as currency_code,
        {{ at_rate('paid.spend_cost') }} as spend_cost,
        paid.impressions_count,
        paid.clicks_count,
        channels.channel,
        channels.campaign_name
    from paid
    inner join {{ ref('int_channels__grouped') }} as channels
        on {{ traffic_key('paid') }} = channels.traffic_key
    left join {{ ref('int_rates__daily') }} as rates
        on paid.currency_code = rates.currency_code and paid.spent_on = rates.valid_on
),

visits as (
    select
        *,
        {{ null_of('text') }} as ad_network
    from {{ ref('int_sessions__unioned') }}
),

sessions as (
    select
        visits.reported_on,
        visits.sessions_count,
        visits.engaged_sessions_count,
        channels.channel,
        channels.campaign_name,
        '{{ var("tenant_currency") }}' as currency_code
    from visits
    inner join {{ ref('int_channels__grouped') }} as channels
        on {{ traffic_key('visits') }} = channels.traffic_key
),

first_touches as (
    select
        *,
        row_number() over (
            partition by customer_id order by touched_at asc, touchpoint_id asc
        ) as place
    from {{ ref('int_touchpoints__resolved') }}
    where
        is_counted
        and customer_id is not null
        and touch_kind in ('call', 'form', 'lead', 'lead_source')
),

leads as (
    select
        touched_on,
        channel,
        campaign_name,
        '{{ var("tenant_currency") }}' as currency_code,
        1 as leads_count
    from first_touches
    where place = 1
),

calls as (
    select
        calls.called_on,
        touches.channel,
        touches.campaign_name,
        '{{ var("tenant_currency") }}' as currency_code,
        1 as calls_count,
        case when calls.is_answered then 1 else 0 end as answered_calls_count
    from {{ ref('int_calls__unioned') }} as calls
    inner join {{ ref('int_touchpoints__resolved') }} as touches
        on calls.touchpoint_id = touches.touchpoint_id
    where not coalesce(calls.is_deleted, false)
),

facts as (
    {%- for relation, (day, counts) in parts.items() %}
        select
            {{ day }} as performed_on,
            channel,
            campaign_name,
            currency_code
            {%- for name in performance_counts() %}
                ,
                {{ name if name in counts else '0' }} as {{ name }}
            {%- endfor %}
        from {{ relation }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    {{ hash_key(grain) }} as performance_key,
    performed_on,
    channel,
    campaign_name,
    currency_code
    {%- for name in performance_counts() %}
        ,
        sum({{ name }}) as {{ name }}
    {%- endfor %}
from facts
group by performed_on, channel, campaign_name, currency_code
