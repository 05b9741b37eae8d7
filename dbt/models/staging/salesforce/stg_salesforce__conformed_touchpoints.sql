-- The word somebody chose as a lead's source: no click and no campaign, and only a tenant's rules
-- can say which channel is meant.
with leads as (
    select * from {{ ref('stg_salesforce__leads') }}
    where lead_source <> ''
),

mapped as (
    select
        'lead ' || lead_id as touchpoint_id,
        lead_id as record_id,
        null as order_id,
        null as order_name,
        'lead_source' as touch_kind,
        lead_source as traffic_source,
        null as traffic_medium,
        null as traffic_campaign,
        null as landing_url,
        null as referrer_url,
        null as click_kind,
        null as click_id,
        is_deleted,
        {{ local_date('created_at') }} as touched_on,
        created_at as touched_at,
        _feed,
        _load_id
    from leads
),

final as (
    {{ conform('touchpoints', 'mapped') }}
)

select * from final
