with lines as (
    select * from {{ ref('int_erpnext__sale_lines_selected') }}
),

mapped as (
    select
        line_id as order_line_id,
        sales_invoice_id as order_id,
        item_id as product_id,
        item_id as sku,
        item_name as product_name,
        quantity,
        unit_price,
        gross_amount,
        discount_amount,
        is_deleted,
        _feed,
        _load_id,
        null as tax_amount
    from lines
),

final as (
    {{ conform('order_lines', 'mapped') }}
)

select * from final
