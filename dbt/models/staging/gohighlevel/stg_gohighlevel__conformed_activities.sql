-- A conversation has no day of its own; an appointment is held when its status says showed.
with mapped as (
    select
        calendar_event_id as activity_id,
        contact_id as record_id,
        null as company_id,
        null as deal_id,
        'meeting' as activity_kind,
        appointment_status as activity_status,
        null as campaign_name,
        assigned_user_id as owner_id,
        is_deleted,
        _feed,
        _load_id,
        appointment_status = 'showed' as is_done,
        coalesce(starts_at, created_at) as happened_at
    from {{ ref('stg_gohighlevel__calendar_events') }}
    union all
    select
        conversation_id as activity_id,
        contact_id as record_id,
        null as company_id,
        null as deal_id,
        'conversation' as activity_kind,
        last_message_type as activity_status,
        null as campaign_name,
        null as owner_id,
        is_deleted,
        _feed,
        _load_id,
        unread_count = 0 as is_done,
        {{ null_of('timestamp') }} as happened_at
    from {{ ref('stg_gohighlevel__conversations') }}
),

final as (
    {{ conform('activities', 'mapped') }}
)

select * from final
