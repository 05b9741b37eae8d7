with source as (
    select * from {{ source('attio', 'companies__team') }}
),

renamed as (
    select
        -- ids
        _parent_id as company_id,
        _position as line_position,
        target_record_id,
        -- text
        target_object,
        -- times
        active_from_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
