with source as (
    select * from {{ source('square', 'catalog_item_variations') }}
),

renamed as (
    select
        -- ids
        id as variation_id,
        item_id,
        -- text
        name as variation_name,
        sku,
        upc,
        pricing_type,
        price_currency as currency_code,
        location_overrides,
        -- numbers
        ordinal as variation_ordinal,
        version as catalog_version,
        -- times
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ minor_to_major('price_amount', 'price_currency', 'price') }} as list_price,
        coalesce(track_inventory, false) as is_inventory_tracked,
        coalesce(is_deleted, false) or _deleted_at is not null as is_deleted
    from source
)

select * from renamed
