with source as (
    select * from {{ source('quickbooks_csv', 'items') }}
),

renamed as (
    select
        -- text
        item_name,
        category,
        sku,
        type as item_type,
        sales_description,
        income_account,
        purchase_description,
        expense_account,
        inventory_asset_account,
        -- numbers
        quantity_on_hand,
        reorder_point,
        -- times
        quantity_as_of_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(sales_price as {{ type_of('price') }}) as sales_price,
        cast(purchase_cost as {{ type_of('price') }}) as purchase_cost,
        coalesce(is_taxable, false) as is_taxable,
        coalesce(is_deleted, false) as is_inactive,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
