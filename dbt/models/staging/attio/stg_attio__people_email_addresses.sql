with source as (
    select * from {{ source('attio', 'people__email_addresses') }}
),

renamed as (
    select
        -- ids
        _parent_id as person_id,
        _position as line_position,
        -- text
        email_address,
        original_email_address,
        email_domain,
        -- times
        active_from_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
