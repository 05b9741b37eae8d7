-- A machine that took the call answered nobody.
with calls as (
    select * from {{ ref('stg_callrail__calls') }}
),

mapped as (
    select
        call_id,
        'caller ' || nullif(customer_phone_number, '') as record_id,
        'call ' || call_id as touchpoint_id,
        coalesce(direction, 'inbound') as direction,
        lead_status,
        duration_seconds,
        is_answered_by_person as is_answered,
        coalesce(is_first_call, false) as is_first_call,
        is_deleted,
        {{ local_date('started_at') }} as called_on,
        started_at as called_at,
        _feed,
        _load_id
    from calls
),

final as (
    {{ conform('calls', 'mapped') }}
)

select * from final
