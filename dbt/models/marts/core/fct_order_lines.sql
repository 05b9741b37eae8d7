with lines as (
    select * from {{ ref('int_order_lines__unioned') }}
),

orders as (
    select * from {{ ref('int_orders__settled') }}
),

goods as (
    select * from {{ ref('int_products__resolved') }}
),

final as (
    select
        lines.order_line_id,
        lines.order_id,
        orders.counted_order_id,
        lines.product_id as product_record_id,
        lines.source_connector,
        lines.sku,
        lines.product_name,
        orders.currency_code,
        lines.quantity,
        lines.unit_price,
        lines.gross_amount,
        orders.ordered_on,
        lines.is_deleted,
        lines._feed,
        lines._load_id,
        coalesce(goods.product_id, lines.product_id) as product_id,
        {{ as_money('coalesce(lines.discount_amount, 0)') }} as discount_amount,
        {{ as_money('coalesce(lines.tax_amount, 0)') }} as tax_amount,
        {{ as_money('lines.gross_amount - coalesce(lines.discount_amount, 0)') }} as net_amount,
        coalesce(orders.is_counted, false) and not lines.is_deleted as is_counted
    from lines
    left join orders on lines.order_id = orders.order_id
    left join goods on lines.product_id = goods.record_id
)

select * from final
