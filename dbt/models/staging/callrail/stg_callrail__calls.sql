with source as (
    select * from {{ source('callrail', 'calls') }}
),

renamed as (
    select
        -- ids
        id as call_id,
        account_id,
        company_id,
        tracker_id,
        person_id,
        good_lead_call_id,
        -- text
        company_name,
        company_time_zone,
        direction,
        call_type,
        business_phone_number,
        tracking_phone_number,
        customer_phone_number,
        customer_name,
        customer_city,
        customer_state,
        customer_country,
        agent_email,
        recording,
        recording_player,
        lead_status,
        note,
        device_type,
        source as call_source,
        source_name,
        medium,
        campaign,
        keywords,
        referrer_domain,
        referring_url,
        landing_page_url,
        last_requested_url,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_term,
        utm_content,
        gclid,
        fbclid,
        msclkid,
        milestones,
        timeline_url,
        -- numbers
        duration as duration_seconds,
        recording_duration as recording_seconds,
        prior_calls,
        total_calls,
        -- booleans
        answered as is_answered,
        voicemail as is_voicemail,
        first_call as is_first_call,
        -- times
        good_lead_call_time as good_lead_called_at,
        start_time as started_at,
        created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ as_money('value') }} as value_amount,
        coalesce(answered, false) and not coalesce(voicemail, false) as is_answered_by_person,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
