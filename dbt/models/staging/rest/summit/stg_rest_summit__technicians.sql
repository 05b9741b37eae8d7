with source as (
    select * from {{ source('rest_summit', 'technicians') }}
),

renamed as (
    select
        -- ids
        id as technician_id,
        -- text
        name,
        trade,
        -- booleans
        active as is_active,
        -- times
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
-- generated from connector.yaml 56171a88361e; edit freely, edited files are kept
