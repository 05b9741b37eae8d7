with source as (
    select * from {{ source('gohighlevel', 'users') }}
),

renamed as (
    select
        -- ids
        id as user_id,
        -- text
        name as user_name,
        first_name,
        last_name,
        email,
        phone,
        role as user_role,
        role_type,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        coalesce(deleted, false) or _deleted_at is not null as is_deleted
    from source
)

select * from renamed
