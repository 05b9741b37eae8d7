with source as (
    select * from {{ source('quickbooks', 'vendors') }}
),

renamed as (
    select
        -- ids
        id as vendor_id,
        -- text
        sync_token,
        display_name,
        company_name,
        email,
        -- booleans
        is_active,
        -- times
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
-- generated from connector.yaml b0fd6d0b472e; edit freely, edited files are kept
