with source as (
    select * from {{ source('salesforce', 'users') }}
),

renamed as (
    select
        -- ids
        id as user_id,
        manager_id,
        user_role_id,
        -- text
        username,
        first_name,
        last_name,
        name as user_name,
        email,
        title,
        department,
        user_type,
        time_zone_sid_key as time_zone,
        -- booleans
        is_active,
        -- times
        last_login_date as last_login_at,
        created_date as created_at,
        last_modified_date as modified_at,
        system_modstamp as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
