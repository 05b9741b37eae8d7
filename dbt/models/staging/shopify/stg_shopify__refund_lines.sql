with source as (
    select * from {{ source('shopify', 'orders__refund_lines') }}
),

renamed as (
    select
        -- ids
        _parent_id as order_id,
        _position as refund_line_position,
        id as refund_line_id,
        refund_id,
        line_item_id,
        -- text
        restock_type,
        -- numbers
        quantity,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(subtotal_amount as {{ type_of('amount') }}) as subtotal_amount,
        cast(coalesce(tax_amount, 0) as {{ type_of('amount') }}) as tax_amount
    from source
)

select * from renamed
