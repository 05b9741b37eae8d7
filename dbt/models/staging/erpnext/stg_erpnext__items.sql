with source as (
    select * from {{ source('erpnext', 'items') }}
),

renamed as (
    select
        -- ids
        name as item_id,
        item_code,
        variant_of as template_item_id,
        -- text
        item_name,
        item_group,
        brand,
        description as item_description,
        stock_uom,
        -- dates
        end_of_life as ends_on,
        -- times
        creation as created_at,
        modified as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(standard_rate as {{ type_of('price') }}) as list_price,
        cast(valuation_rate as {{ type_of('price') }}) as unit_cost,
        coalesce(has_variants, 0) = 1 as has_variants,
        coalesce(is_stock_item, 0) = 1 as is_stock_item,
        coalesce(is_sales_item, 0) = 1 as is_sold,
        coalesce(disabled, 0) = 1 as is_disabled,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
