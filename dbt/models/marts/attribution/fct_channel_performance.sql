{% set own_model = attribution_setting('model', 'last_non_direct') %}
{% set grain = ['performed_on', 'channel', 'campaign_name', 'currency_code'] %}
{% set counts = [
    'impressions_count', 'clicks_count', 'sessions_count', 'engaged_sessions_count', 'leads_count',
    'calls_count', 'answered_calls_count',
] %}

-- Wide: revenue has a column per model, so that spend and sessions stand once and add up. Counts of
-- orders and new customers follow the tenant's own model. What has no currency stands at the tenant's.
with channels as (
    select * from {{ ref('int_channels__grouped') }}
),

spend as (
    select
        spent_on as performed_on,
        ad_platform as traffic_source,
        'paid' as traffic_medium,
        ad_network,
        currency_code,
        spend_cost,
        impressions_count,
        clicks_count,
        coalesce(campaign_name, campaign_id) as traffic_campaign
    from {{ ref('int_spend__unioned') }}
),

sessions as (
    select
        *,
        {{ null_of('text') }} as ad_network
    from {{ ref('int_sessions__unioned') }}
),

touches as (
    select * from {{ ref('int_touchpoints__resolved') }}
    where is_counted
),

leads as (
    select
        *,
        row_number() over (
            partition by customer_id order by touched_at asc, touchpoint_id asc
        ) as place
    from touches
    where touch_kind in ('call', 'form', 'lead', 'lead_source') and customer_id is not null
),

facts as (
    select
        spend.performed_on,
        channels.channel,
        channels.campaign_name,
        spend.currency_code,
        spend.spend_cost,
        spend.impressions_count,
        spend.clicks_count,
        0 as sessions_count,
        0 as engaged_sessions_count,
        0 as leads_count,
        0 as calls_count,
        0 as answered_calls_count
    from spend
    inner join channels on {{ traffic_key('spend') }} = channels.traffic_key
    union all
    select
        sessions.reported_on as performed_on,
        channels.channel,
        channels.campaign_name,
        '{{ var("tenant_currency") }}' as currency_code,
        0 as spend_cost,
        0 as impressions_count,
        0 as clicks_count,
        sessions.sessions_count,
        sessions.engaged_sessions_count,
        0 as leads_count,
        0 as calls_count,
        0 as answered_calls_count
    from sessions
    inner join channels on {{ traffic_key('sessions') }} = channels.traffic_key
    union all
    select
        touched_on as performed_on,
        channel,
        campaign_name,
        '{{ var("tenant_currency") }}' as currency_code,
        0 as spend_cost,
        0 as impressions_count,
        0 as clicks_count,
        0 as sessions_count,
        0 as engaged_sessions_count,
        1 as leads_count,
        0 as calls_count,
        0 as answered_calls_count
    from leads
    where place = 1
    union all
    select
        calls.called_on as performed_on,
        touches.channel,
        touches.campaign_name,
        '{{ var("tenant_currency") }}' as currency_code,
        0 as spend_cost,
        0 as impressions_count,
        0 as clicks_count,
        0 as sessions_count,
        0 as engaged_sessions_count,
        0 as leads_count,
        1 as calls_count,
        case when calls.is_answered then 1 else 0 end as answered_calls_count
    from {{ ref('int_calls__unioned') }} as calls
    inner join {{ ref('int_touchpoints__resolved') }} as touches
        on calls.touchpoint_id = touches.touchpoint_id
    where not coalesce(calls.is_deleted, false)
),

performed as (
    select
        {{ hash_key(grain) }} as performance_key,
        performed_on,
        channel,
        campaign_name,
        currency_code,
        sum(spend_cost) as spend_cost
        {%- for name in counts %}
            ,
            sum({{ name }}) as {{ name }}
        {%- endfor %}
    from facts
    group by performed_on, channel, campaign_name, currency_code
),

credits as (
    select
        converted_on as performed_on,
        channel,
        campaign_name,
        currency_code,
        attribution_model,
        attributed_amount,
        credit,
        is_offline,
        is_first_of_customer
    from {{ ref('fct_revenue_attribution') }}
),

earned as (
    select
        {{ hash_key(grain) }} as performance_key,
        performed_on,
        channel,
        campaign_name,
        currency_code,
        sum(case when attribution_model = '{{ own_model }}' then credit else 0 end)
            as conversions_count,
        sum(
            case
                when attribution_model = '{{ own_model }}' and is_first_of_customer then credit
                else 0
            end
        ) as new_customers_count,
        sum(
            case
                when attribution_model = '{{ own_model }}' and is_offline then attributed_amount
                else 0
            end
        ) as offline_revenue_amount
        {%- for name in attribution_models() %}
            ,
            sum(case when attribution_model = '{{ name }}' then attributed_amount else 0 end)
                as {{ name }}_revenue_amount
        {%- endfor %}
    from credits
    group by performed_on, channel, campaign_name, currency_code
),

keys as (
    {%- for part in ['performed', 'earned'] %}
        select
            performance_key,
            performed_on,
            channel,
            campaign_name,
            currency_code
        from {{ part }}
        {%- if not loop.last %}
            union distinct
        {%- endif %}
    {%- endfor %}
),

final as (
    select
        keys.performance_key,
        keys.performed_on,
        keys.channel,
        keys.campaign_name,
        keys.currency_code,
        {{ as_money('coalesce(performed.spend_cost, 0)') }} as spend_amount,
        {%- for name in counts %}
            cast(coalesce(performed.{{ name }}, 0) as {{ type_of('bigint') }}) as {{ name }},
        {%- endfor %}
        {{ as_money('coalesce(earned.conversions_count, 0)', 'quantity') }} as conversions_count,
        {{ as_money('coalesce(earned.new_customers_count, 0)', 'quantity') }}
            as new_customers_count,
        {%- for name in attribution_models() %}
            {{ as_money('coalesce(earned.' ~ name ~ '_revenue_amount, 0)') }}
                as {{ name }}_revenue_amount,
        {%- endfor %}
        {{ as_money('coalesce(earned.offline_revenue_amount, 0)') }} as offline_revenue_amount,
        {{ as_money('performed.spend_cost / nullif(earned.new_customers_count, 0)') }}
            as acquisition_cost_amount,
        {{ as_money(
            'coalesce(earned.' ~ own_model ~ '_revenue_amount, 0) / nullif(performed.spend_cost, 0)', 'price'
        ) }} as return_on_ad_spend
    from keys
    left join performed on keys.performance_key = performed.performance_key
    left join earned on keys.performance_key = earned.performance_key
)

select * from final
