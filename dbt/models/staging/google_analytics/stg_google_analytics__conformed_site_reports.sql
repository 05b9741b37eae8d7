{#- report kind -> staging model, its members, measure -> column -#}
{% set reports = {
    'event': ['events', ['event_name'], {'events': 'event_count'}],
    'key_event': ['key_events', ['event_name', 'session_default_channel_group'],
        {'key_events': 'key_events'}],
    'device': ['audience_devices', ['device_category', 'operating_system', 'browser'],
        {'sessions': 'sessions', 'users': 'total_users', 'new_users': 'new_users'}],
    'place': ['audience_locations', ['country', 'region', 'city'],
        {'sessions': 'sessions', 'users': 'total_users'}],
    'active_users': ['audience_actives', [], {'users_of_1_day': 'active_1_day_users',
        'users_of_7_days': 'active_7_day_users', 'users_of_28_days': 'active_28_day_users'}],
} %}

-- Reports of one property, one measure a row.
with reported as (
    {%- for kind, (model, members, measures) in reports.items() %}
        {%- for measure, column in measures.items() %}
            select
                property_id,
                '{{ kind }}' as report_kind,
                {{ joined_text(' / ', members) if members else null_of('text') }} as member_name,
                '{{ measure }}' as measure_name,
                {{ column }} as measured_count,
                coalesce(is_sampled, false) or coalesce(is_thresholded, false) as is_estimated,
                reported_on,
                _feed,
                _load_id
            from {{ ref('stg_google_analytics__' ~ model) }}
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

mapped as (
    select
        *,
        {{ hash_key([
            'property_id', 'report_kind', 'member_name', 'measure_name', 'reported_on'
        ]) }} as site_report_id
    from reported
),

final as (
    {{ conform('site_reports', 'mapped') }}
)

select * from final
