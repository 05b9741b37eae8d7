-- Who called or sent a form, and what had brought them. CallRail tells the first visit's source.
-- Without tags it tells it in its own words (`google_organic`); calls we made are no touch.
with calls as (
    select
        'call' as touch_kind,
        'call ' || call_id as touchpoint_id,
        'caller ' || nullif(customer_phone_number, '') as record_id,
        call_source as source_word,
        medium,
        campaign,
        utm_source,
        utm_medium,
        utm_campaign,
        landing_page_url as landing_url,
        referring_url as referrer_url,
        case
            when gclid <> '' then 'gclid'
            when msclkid <> '' then 'msclkid'
            when fbclid <> '' then 'fbclid'
        end as click_kind,
        coalesce(nullif(gclid, ''), nullif(msclkid, ''), nullif(fbclid, '')) as click_id,
        is_deleted,
        started_at as touched_at,
        _feed,
        _load_id
    from {{ ref('stg_callrail__calls') }}
    where coalesce(direction, 'inbound') <> 'outbound'
),

forms as (
    select
        'form' as touch_kind,
        'form ' || form_submission_id as touchpoint_id,
        'form ' || form_submission_id as record_id,
        form_source as source_word,
        medium,
        campaign,
        utm_source,
        utm_medium,
        utm_campaign,
        landing_page_url as landing_url,
        referring_url as referrer_url,
        {{ null_of('text') }} as click_kind,
        {{ null_of('text') }} as click_id,
        is_deleted,
        submitted_at as touched_at,
        _feed,
        _load_id
    from {{ ref('stg_callrail__form_submissions') }}
),

gathered as (
    select * from calls
    union all
    select * from forms
),

worded as (
    select
        *,
        replace(lower(trim(source_word)), ' ', '_') as word
    from gathered
),

mapped as (
    select
        *,
        null as order_id,
        null as order_name,
        coalesce(
            nullif(utm_source, ''),
            case
                when word in ('google_ads', 'google_adwords', 'google_my_business') then 'google'
                when word = 'direct' then '(direct)'
                when word like '%_organic' then replace(word, '_organic', '')
                when word like '%_paid' then replace(word, '_paid', '')
                else word
            end
        ) as traffic_source,
        coalesce(
            nullif(utm_medium, ''),
            case
                when nullif(utm_source, '') is not null then null
                when word in ('google_ads', 'google_adwords') then 'cpc'
                when word like '%_paid' then 'cpc'
                when word = 'google_my_business' then 'organic'
                when word like '%_organic' then 'organic'
                when word = 'direct' then '(none)'
                when lower(medium) in ('direct', '(none)', '') then 'referral'
                else medium
            end
        ) as traffic_medium,
        coalesce(nullif(utm_campaign, ''), nullif(campaign, '')) as traffic_campaign,
        {{ local_date('touched_at') }} as touched_on
    from worded
),

final as (
    {{ conform('touchpoints', 'mapped') }}
)

select * from final
