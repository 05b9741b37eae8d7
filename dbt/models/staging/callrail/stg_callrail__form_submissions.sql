with source as (
    select * from {{ source('callrail', 'form_submissions') }}
),

renamed as (
    select
        -- ids
        id as form_submission_id,
        account_id,
        company_id,
        person_id,
        -- text
        form_name,
        form_data,
        form_url,
        landing_page_url,
        referrer,
        referring_url,
        customer_name,
        customer_phone_number,
        source as form_source,
        medium,
        campaign,
        keywords,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_term,
        utm_content,
        lead_status,
        note,
        milestones,
        timeline_url,
        -- booleans
        first_form as is_first_form,
        -- times
        submitted_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ as_money('value') }} as value_amount,
        nullif(person_id, 'anonymous') as known_person_id,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
