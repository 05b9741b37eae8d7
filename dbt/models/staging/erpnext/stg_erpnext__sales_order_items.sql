with source as (
    select * from {{ source('erpnext', 'sales_orders__items') }}
),

renamed as (
    select
        -- ids
        _parent_name as sales_order_id,
        _position as line_position,
        name as line_id,
        item_code as item_id,
        warehouse as warehouse_name,
        -- text
        item_name,
        item_group,
        uom,
        -- dates
        delivery_date as deliver_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(qty as {{ type_of('quantity') }}) as quantity,
        cast(rate as {{ type_of('price') }}) as unit_price,
        cast(net_amount as {{ type_of('amount') }}) as net_amount,
        cast(base_net_amount as {{ type_of('amount') }}) as company_net_amount,
        cast(delivered_qty as {{ type_of('quantity') }}) as delivered_quantity,
        cast(returned_qty as {{ type_of('quantity') }}) as returned_quantity
    from source
)

select * from renamed
