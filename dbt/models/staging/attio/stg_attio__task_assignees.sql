with source as (
    select * from {{ source('attio', 'tasks__assignees') }}
),

renamed as (
    select
        -- ids
        _parent_id as task_id,
        _position as line_position,
        referenced_actor_id,
        -- text
        referenced_actor_type,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
