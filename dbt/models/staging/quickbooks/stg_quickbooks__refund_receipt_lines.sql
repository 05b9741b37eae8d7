with source as (
    select * from {{ source('quickbooks', 'refund_receipts__lines') }}
),

renamed as (
    select
        -- ids
        _parent_id as refund_receipt_id,
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
-- generated from connector.yaml 42bf221abc67; edit freely, edited files are kept
