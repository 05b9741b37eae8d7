with source as (
    select * from {{ source('gohighlevel', 'contacts') }}
),

renamed as (
    select
        -- ids
        id as contact_id,
        location_id,
        -- text
        first_name,
        last_name,
        company_name,
        email,
        phone,
        address,
        city,
        state,
        postal_code,
        country,
        timezone as time_zone,
        type as contact_type,
        source as contact_source,
        tags,
        assigned_to,
        -- booleans
        dnd as has_opted_out,
        -- times
        date_added as created_at,
        date_updated as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
