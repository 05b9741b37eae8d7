with source as (
    select * from {{ source('callrail', 'tags') }}
),

renamed as (
    select
        -- ids
        id as tag_id,
        account_id,
        company_id,
        -- text
        name as tag_name,
        tag_level,
        color,
        background_color,
        status as tag_status,
        -- times
        created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
