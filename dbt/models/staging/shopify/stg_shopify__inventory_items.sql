with source as (
    select * from {{ source('shopify', 'inventory_items') }}
),

renamed as (
    select
        -- ids
        id as inventory_item_id,
        legacy_id,
        -- text
        sku,
        unit_cost_currency_code,
        -- times
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(unit_cost_amount as {{ type_of('price') }}) as unit_cost,
        coalesce(is_tracked, false) as is_tracked,
        coalesce(requires_shipping, false) as is_shipped,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
