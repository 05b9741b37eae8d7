with source as (
    select * from {{ source('salesforce', 'contacts') }}
),

renamed as (
    select
        -- ids
        id as contact_id,
        master_record_id,
        account_id,
        owner_id,
        -- text
        first_name,
        last_name,
        name as contact_name,
        email,
        phone,
        mobile_phone,
        title,
        mailing_street,
        mailing_city,
        mailing_state,
        mailing_postal_code,
        mailing_country,
        lead_source,
        -- booleans
        has_opted_out_of_email,
        -- times
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
