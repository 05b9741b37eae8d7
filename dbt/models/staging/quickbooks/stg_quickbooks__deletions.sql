with source as (
    select * from {{ source('quickbooks', 'deletions') }}
),

renamed as (
    select
        -- ids
        entity,
        id as deletion_id,
        -- text
        status,
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
-- generated from connector.yaml 989614f37831; edit freely, edited files are kept
