-- Texts with a number are of the caller with that number.
with conversations as (
    select
        *,
        customer_phone_number as phone
    from {{ ref('stg_callrail__text_conversations') }}
),

mapped as (
    select
        text_conversation_id as activity_id,
        null as company_id,
        null as deal_id,
        'conversation' as activity_kind,
        conversation_state as activity_status,
        null as campaign_name,
        null as owner_id,
        null as is_done,
        is_deleted,
        last_message_at as happened_at,
        _feed,
        _load_id,
        case when phone <> '' then 'caller ' || phone end as record_id
    from conversations
),

final as (
    {{ conform('activities', 'mapped') }}
)

select * from final
