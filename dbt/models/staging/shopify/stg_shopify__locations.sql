with source as (
    select * from {{ source('shopify', 'locations') }}
),

renamed as (
    select
        -- ids
        id as location_id,
        legacy_id,
        -- text
        name as location_name,
        address1 as address_line,
        city,
        province_code as region,
        zip as postal_code,
        country_code,
        -- times
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        coalesce(is_active, false) as is_active,
        coalesce(is_fulfillment_service, false) as is_fulfillment_service,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
