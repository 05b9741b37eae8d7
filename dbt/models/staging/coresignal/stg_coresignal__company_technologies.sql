with source as (
    select * from {{ source('coresignal', 'companies__technologies_used') }}
),

renamed as (
    select
        -- ids
        _parent_id as company_id,
        _position as technology_position,
        -- text
        technology as technology_name,
        -- times
        first_verified_at as first_verified_on,
        last_verified_at as last_verified_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
