with source as (
    select * from {{ source('attio', 'people__phone_numbers') }}
),

renamed as (
    select
        -- ids
        _parent_id as person_id,
        _position as line_position,
        -- text
        phone_number,
        original_phone_number,
        country_code,
        -- times
        active_from_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
