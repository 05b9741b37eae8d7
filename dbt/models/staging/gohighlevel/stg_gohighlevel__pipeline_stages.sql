with source as (
    select * from {{ source('gohighlevel', 'pipelines__stages') }}
),

renamed as (
    select
        -- ids
        _parent_id as pipeline_id,
        _position as list_position,
        id as stage_id,
        -- text
        name as stage_name,
        -- numbers
        position as stage_position,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
