with source as (
    select * from {{ source('salesforce', 'record_types') }}
),

renamed as (
    select
        -- ids
        id as record_type_id,
        -- text
        sobject_type as object_name,
        name as record_type_name,
        developer_name,
        -- booleans
        is_active,
        -- times
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
