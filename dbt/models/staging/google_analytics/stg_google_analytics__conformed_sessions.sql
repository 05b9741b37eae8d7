{% set key = [
    'property_id', 'reported_on', 'session_source', 'session_medium', 'session_campaign_name',
    'session_default_channel_group',
] %}

-- Users are left out: people of two groups or days may be the same ones.
with sessions as (
    select * from {{ ref('stg_google_analytics__sessions') }}
),

mapped as (
    select
        {{ hash_key(key) }} as session_group_id,
        property_id,
        session_source as traffic_source,
        session_medium as traffic_medium,
        session_campaign_name as traffic_campaign,
        session_default_channel_group as reported_channel,
        sessions as sessions_count,
        engaged_sessions as engaged_sessions_count,
        new_users as new_users_count,
        reported_on,
        _feed,
        _load_id
    from sessions
),

final as (
    {{ conform('sessions', 'mapped') }}
)

select * from final
