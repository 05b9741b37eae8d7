with source as (
    select * from {{ source('attio', 'people') }}
),

renamed as (
    select
        -- ids
        id as person_id,
        object_id,
        workspace_id,
        company_id,
        -- text
        first_name,
        last_name,
        full_name,
        email,
        phone,
        job_title,
        description as person_description,
        linkedin,
        location_line_1,
        location_line_2,
        location_locality as city,
        location_region as region,
        location_postcode as postal_code,
        location_country_code as country_code,
        web_url,
        record_values,
        utm_source,
        utm_medium,
        utm_campaign,
        gclid,
        fbclid,
        landing_url,
        referrer_url,
        -- times
        traffic_told_at,
        created_at,
        last_value_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
