with source as (
    select * from {{ source('salesforce', 'opportunity_line_items') }}
),

renamed as (
    select
        -- ids
        id as opportunity_line_item_id,
        opportunity_id,
        product_id,
        pricebook_entry_id,
        -- text
        name as line_item_name,
        currency_iso_code as currency_code,
        -- numbers
        quantity,
        list_price as list_unit_amount,
        unit_price as sold_unit_amount,
        total_price as line_amount,
        -- times
        service_date as service_on,
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
