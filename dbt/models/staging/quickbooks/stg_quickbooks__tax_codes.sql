with source as (
    select * from {{ source('quickbooks', 'tax_codes') }}
),

renamed as (
    select
        -- ids
        id as tax_code_id,
        -- text
        sync_token,
        name,
        description,
        -- times
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        coalesce(is_taxable, false) as is_taxable,
        coalesce(is_group, false) as is_group,
        coalesce(is_active, false) as is_active,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
