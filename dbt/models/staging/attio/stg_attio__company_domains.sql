with source as (
    select * from {{ source('attio', 'companies__domains') }}
),

renamed as (
    select
        -- ids
        _parent_id as company_id,
        _position as line_position,
        -- text
        domain,
        root_domain,
        -- times
        active_from_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
