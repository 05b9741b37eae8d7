with source as (
    select * from {{ source('erpnext', 'sales_invoices__items') }}
),

renamed as (
    select
        -- ids
        _parent_name as sales_invoice_id,
        _position as line_position,
        name as line_id,
        item_code as item_id,
        sales_order as sales_order_id,
        delivery_note as delivery_note_id,
        warehouse as warehouse_name,
        -- text
        item_name,
        item_group,
        uom,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(qty as {{ type_of('quantity') }}) as quantity,
        cast(rate as {{ type_of('price') }}) as unit_price,
        cast(coalesce(price_list_rate, 0) as {{ type_of('price') }}) as list_price,
        cast(amount as {{ type_of('amount') }}) as listed_amount,
        cast(net_amount as {{ type_of('amount') }}) as net_amount,
        cast(base_net_amount as {{ type_of('amount') }}) as company_net_amount
    from source
)

select * from renamed
