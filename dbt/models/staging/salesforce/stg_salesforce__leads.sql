with source as (
    select * from {{ source('salesforce', 'leads') }}
),

renamed as (
    select
        -- ids
        id as lead_id,
        master_record_id,
        converted_account_id,
        converted_contact_id,
        converted_opportunity_id,
        owner_id,
        -- text
        first_name,
        last_name,
        company,
        email,
        phone,
        street,
        city,
        state,
        postal_code,
        country,
        status,
        lead_source,
        rating,
        -- booleans
        is_converted,
        -- times
        converted_date as converted_on,
        created_date as created_at,
        last_modified_date as modified_at,
        system_modstamp as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        is_deleted or _deleted_at is not null as is_deleted
    from source
)

select * from renamed
