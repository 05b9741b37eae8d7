with source as (
    select * from {{ source('quickbooks', 'items') }}
),

renamed as (
    select
        -- ids
        id as item_id,
        parent_id,
        income_account_id,
        expense_account_id,
        asset_account_id,
        -- text
        sync_token,
        name,
        fully_qualified_name,
        sku,
        item_type,
        description,
        -- numbers
        unit_price,
        purchase_cost,
        quantity_on_hand,
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
-- generated from connector.yaml 35976f16d15b; edit freely, edited files are kept
