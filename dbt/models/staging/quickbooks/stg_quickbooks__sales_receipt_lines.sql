with source as (
    select * from {{ source('quickbooks', 'sales_receipts__lines') }}
),

renamed as (
    select
        -- ids
        _parent_id as sales_receipt_id,
        _position as line_position,
        id as line_id,
        group_line_id,
        item_id,
        -- text
        detail_type,
        description,
        -- numbers
        line_number,
        amount,
        quantity,
        unit_price,
        discount_percent,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
-- generated from connector.yaml 61f2216d0296; edit freely, edited files are kept
