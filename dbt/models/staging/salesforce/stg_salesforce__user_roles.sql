with source as (
    select * from {{ source('salesforce', 'user_roles') }}
),

renamed as (
    select
        -- ids
        id as user_role_id,
        parent_role_id,
        -- text
        name as role_name,
        developer_name,
        rollup_description as report_name,
        -- times
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
