with source as (
    select * from {{ source('attio', 'tasks__linked_records') }}
),

renamed as (
    select
        -- ids
        _parent_id as task_id,
        _position as line_position,
        target_object_id,
        target_record_id,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
