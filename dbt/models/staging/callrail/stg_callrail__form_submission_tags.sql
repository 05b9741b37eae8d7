with source as (
    select * from {{ source('callrail', 'form_submissions__tags') }}
),

renamed as (
    select
        -- ids
        _parent_id as form_submission_id,
        _position as line_position,
        id as tag_id,
        -- text
        name as tag_name,
        tag_level,
        color,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
