with source as (
    select * from {{ source('coresignal', 'companies__locations') }}
),

renamed as (
    select
        -- ids
        _parent_id as company_id,
        _position as location_position,
        -- text
        location_address as full_address,
        -- booleans
        is_primary,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
