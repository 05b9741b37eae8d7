with lines as (
    select * from {{ ref('int_order_lines__unioned') }}
),

orders as (
    select * from {{ ref('int_orders__settled') }}
),

goods as (
    select * from {{ ref('int_products__resolved') }}
),

-- Of lines of foreign orders, in the tenant's currency; their cents add up to the order's.
converted as (
    select
        order_line_id,
        case when count(amount) = count(tenant_amount) then sum(tenant_amount) end as net_amount
    from {{ ref('int_money__ledger') }}
    where
        order_line_id is not null
        and amount_kind in ('goods', 'discount')
        and currency_code <> '{{ var("tenant_currency") }}'
    group by order_line_id
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
        '{{ var("tenant_currency") }}' as tenant_currency_code,
        {{ as_money(home_or(
            'orders.currency_code', 'lines.gross_amount - coalesce(lines.discount_amount, 0)',
            'converted.net_amount'
        )) }} as tenant_net_amount,
        coalesce(orders.is_counted, false) and not lines.is_deleted as is_counted
    from lines
    left join orders on lines.order_id = orders.order_id
    left join goods on lines.product_id = goods.record_id
    left join converted on lines.order_line_id = converted.order_line_id
)

select * from final
