with source as (
    select * from {{ source('salesforce', 'pricebook_entries') }}
),

renamed as (
    select
        -- ids
        id as pricebook_entry_id,
        pricebook_id,
        product_id,
        -- text
        currency_iso_code as currency_code,
        -- numbers
        unit_price as list_unit_amount,
        -- booleans
        is_active,
        use_standard_price as is_standard,
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
