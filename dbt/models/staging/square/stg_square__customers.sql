with source as (
    select * from {{ source('square', 'customers') }}
),

renamed as (
    select
        -- ids
        id as customer_id,
        -- text
        given_name as first_name,
        family_name as last_name,
        company_name,
        email_address as email,
        phone_number as phone,
        address_line_1 as address_line,
        locality as city,
        administrative_district as region,
        postal_code,
        country as country_code,
        birthday,
        creation_source,
        group_ids,
        -- numbers
        version as customer_version,
        -- times
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        coalesce(is_email_unsubscribed, false) as is_email_unsubscribed,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
