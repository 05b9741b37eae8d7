with source as (
    select * from {{ source('rest_summit', 'visits') }}
),

renamed as (
    select
        -- ids
        id as visit_id,
        technician_id,
        -- text
        status,
        customer_name,
        customer_email,
        customer_phone,
        city,
        -- times
        starts_at,
        ends_at,
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
-- generated from connector.yaml 1352c3bebab5; edit freely, edited files are kept
