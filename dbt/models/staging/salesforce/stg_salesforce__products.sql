with source as (
    select * from {{ source('salesforce', 'products') }}
),

renamed as (
    select
        -- ids
        id as product_id,
        -- text
        name as product_name,
        product_code,
        sku,
        family as product_family,
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
        is_deleted or _deleted_at is not null as is_deleted
    from source
)

select * from renamed
