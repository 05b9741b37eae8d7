{{ config(materialized='remembered', made_of='int_touchpoints__unioned', row_key='touchpoint_id') }}
{% set clicks = click_kinds() %}
{% set tags = ['utm_source', 'utm_medium', 'utm_campaign'] + clicks.keys() | list %}

-- Touches with the source, medium and campaign that hold. Tags of the first page's address are
-- above what the source says, a click id fills what no tag says, then the page before counts, and
-- without any the visit was direct. Steps are `distinct` for speed (macro clean_traffic).
with touchpoints as (
    select distinct
        *,
        {{ null_of('text') }} as ad_network,
        {{ website_domain('referrer_url') }} as referrer_host,
        case
            when landing_url not like '%://%' and lower(landing_url) like '%3a%2f%2f%'
                then {{ percent_decoded('landing_url', address_codes()) }}
            else landing_url
        end as landing
    from {{ ref('int_touchpoints__unioned') }}
    where not coalesce(is_deleted, false)
),

parsed as (
    select distinct
        touchpoints.*,
        {%- for tag in tags %}
            {{ url_parameter('landing', tag) }} as {{ tag }},
        {%- endfor %}
        {{ website_domain('landing') }} as landing_host
    from touchpoints
),

clicked as (
    select distinct
        parsed.*,
        case
            when parsed.click_kind is not null then lower(parsed.click_kind)
            {%- for kind in clicks %}
                when {{ kind }} is not null then '{{ kind }}'
            {%- endfor %}
        end as ad_click_kind,
        case
            when parsed.click_id is not null then parsed.click_id
            {%- for kind in clicks %}
                when {{ kind }} is not null then {{ percent_decoded(kind, address_codes()) }}
            {%- endfor %}
        end as ad_click_id,
        coalesce(parsed.utm_source, parsed.utm_medium) is not null as is_landed,
        case
            when
                parsed.referrer_host <> coalesce(parsed.landing_host, '')
                then {{ site_name('referrer_host') }}
        end as referrer_name
    from parsed
),

told as (
    select distinct
        clicked.*,
        case when clicked.is_landed then clicked.utm_source else clicked.traffic_source end
            as told_source,
        case when clicked.is_landed then clicked.utm_medium else clicked.traffic_medium end
            as told_medium,
        coalesce(clicked.utm_campaign, clicked.traffic_campaign) as told_campaign,
        {{ click_part('clicked.ad_click_kind', 0) }} as click_source,
        {{ click_part('clicked.ad_click_kind', 1) }} as click_medium,
        case
            when clicked.referrer_name in ({{ site_list('search') }}) then 'organic'
            when clicked.referrer_name is not null then 'referral'
        end as referrer_medium
    from clicked
),

final as (
    select
        touchpoint_id,
        source_connector,
        record_id,
        order_id,
        order_name,
        touch_kind,
        ad_click_kind as click_kind,
        ad_click_id as click_id,
        touched_on,
        touched_at,
        _feed,
        _load_id,
        told_campaign as traffic_campaign,
        ad_network,
        case
            when told_source not in ('', '(not set)', '(direct)') then told_source
            when click_source is not null then click_source
            when referrer_name is not null then referrer_name
            when landing is not null then coalesce(nullif(told_source, '(not set)'), '(direct)')
            else told_source
        end as traffic_source,
        case
            when told_medium not in ('', '(not set)', '(none)') then told_medium
            when click_medium is not null then click_medium
            when told_source not in ('', '(not set)', '(direct)') then told_medium
            when referrer_name is not null then referrer_medium
            when landing is not null then '(none)'
            else told_medium
        end as traffic_medium,
        case
            when touch_kind = 'lead_source' then 1
            when is_landed or ad_click_id is not null or told_campaign is not null then 3
            else 2
        end as evidence
    from told
)

select * from final
