-- What a form or a website tool has written about where a person came from, when it was written:
-- the record itself may be years older, made of an email.
with people as (
    select * from {{ ref('stg_attio__people') }}
    where traffic_told_at is not null
),

mapped as (
    select
        'person ' || person_id as touchpoint_id,
        person_id as record_id,
        null as order_id,
        null as order_name,
        'lead' as touch_kind,
        utm_source as traffic_source,
        utm_medium as traffic_medium,
        utm_campaign as traffic_campaign,
        landing_url,
        referrer_url,
        case
            when gclid is not null then 'gclid'
            when fbclid is not null then 'fbclid'
        end as click_kind,
        coalesce(gclid, fbclid) as click_id,
        is_deleted,
        {{ local_date('traffic_told_at') }} as touched_on,
        traffic_told_at as touched_at,
        _feed,
        _load_id
    from people
),

final as (
    {{ conform('touchpoints', 'mapped') }}
)

select * from final
