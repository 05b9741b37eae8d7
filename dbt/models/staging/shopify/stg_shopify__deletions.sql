with source as (
    select * from {{ source('shopify', 'deletions') }}
),

renamed as (
    select
        -- ids
        id as deletion_id,
        subject_id,
        -- text
        message,
        -- times
        created_at as deleted_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        lower(subject_type) as subject_type
    from source
)

select * from renamed
