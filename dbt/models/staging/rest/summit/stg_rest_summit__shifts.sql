with source as (
    select * from {{ source('rest_summit', 'shifts') }}
),

renamed as (
    select
        -- ids
        id as shift_id,
        technician_id,
        -- text
        area,
        -- times
        starts_at,
        ends_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
-- generated from connector.yaml 680d86396080; edit freely, edited files are kept
