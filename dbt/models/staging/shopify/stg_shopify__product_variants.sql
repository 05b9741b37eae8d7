with source as (
    select * from {{ source('shopify', 'product_variants') }}
),

renamed as (
    select
        -- ids
        id as variant_id,
        legacy_id,
        product_id,
        inventory_item_id,
        -- text
        title as variant_title,
        display_name,
        sku,
        barcode,
        unit_cost_currency_code,
        selected_options,
        position as variant_position,
        -- numbers
        inventory_quantity,
        -- times
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(price_amount as {{ type_of('price') }}) as list_price,
        cast(compare_at_amount as {{ type_of('price') }}) as compare_at_price,
        cast(unit_cost_amount as {{ type_of('price') }}) as unit_cost,
        coalesce(is_available, false) as is_available,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
