with source as (
    select * from {{ source('gohighlevel', 'opportunities__custom_fields') }}
),

renamed as (
    select
        -- ids
        _parent_id as opportunity_id,
        _position as line_position,
        id as custom_field_id,
        -- text
        value,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
