with source as (
    select * from {{ source('salesforce', 'accounts') }}
),

renamed as (
    select
        -- ids
        id as account_id,
        master_record_id,
        parent_id,
        owner_id,
        -- text
        name as account_name,
        type as account_type,
        billing_street,
        billing_city,
        billing_state,
        billing_postal_code,
        billing_country,
        phone,
        website,
        industry,
        currency_iso_code as currency_code,
        account_source,
        -- numbers
        annual_revenue as annual_revenue_amount,
        number_of_employees,
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
