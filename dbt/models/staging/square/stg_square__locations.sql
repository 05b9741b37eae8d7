with source as (
    select * from {{ source('square', 'locations') }}
),

renamed as (
    select
        -- ids
        id as location_id,
        merchant_id,
        -- text
        name as location_name,
        status as location_status,
        type as location_type,
        timezone as location_timezone,
        currency as currency_code,
        country as country_code,
        business_name,
        address_line_1 as address_line,
        locality as city,
        administrative_district as region,
        postal_code,
        -- times
        created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        status = 'ACTIVE' as is_active,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
