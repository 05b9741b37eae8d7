-- One line of one counted order, with the customer and product versions that held when it was sold.
with lines as (
    select * from {{ ref('int_order_lines__unioned') }}
    where not is_deleted
),

orders as (
    select * from {{ ref('int_orders__settled') }}
    where is_counted
),

people as (
    select * from {{ ref('int_customers__resolved') }}
),

goods as (
    select * from {{ ref('int_products__resolved') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

-- What the seller's own record says a piece costs: never another source's price.
product_records as (
    select * from {{ ref('int_products__bounded') }}
),

sold as (
    select
        lines.order_line_id,
        lines.order_id,
        orders.customer_id as customer_record_id,
        lines.product_id as product_record_id,
        lines.source_connector,
        orders.currency_code,
        lines.quantity,
        lines.unit_price,
        lines.gross_amount,
        orders.ordered_on as sold_on,
        orders.ordered_at as sold_at,
        lines._feed,
        lines._load_id,
        coalesce(people.customer_id, orders.customer_id) as customer_id,
        coalesce(goods.product_id, lines.product_id) as product_id,
        coalesce(orders.payment_method, 'unknown') as payment_method,
        {{ as_money('coalesce(lines.discount_amount, 0)') }} as discount_amount,
        {{ as_money('coalesce(lines.tax_amount, 0)') }} as tax_amount
    from lines
    inner join orders on lines.order_id = orders.order_id
    left join people on orders.customer_id = people.record_id
    left join goods on lines.product_id = goods.record_id
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
        sold.order_line_id,
        sold.order_id,
        sold.customer_id,
        sold.product_id,
        sold.customer_record_id,
        sold.product_record_id,
        sold.source_connector,
        sold.payment_method,
        sold.currency_code,
        sold.quantity,
        sold.unit_price,
        sold.gross_amount,
        sold.discount_amount,
        sold.tax_amount,
        sold.sold_on,
        sold.sold_at,
        sold._feed,
        sold._load_id,
        {{ as_money('sold.gross_amount - sold.discount_amount') }} as net_amount,
        '{{ var("tenant_currency") }}' as tenant_currency_code,
        {{ as_money(home_or(
            'sold.currency_code', 'sold.gross_amount - sold.discount_amount', 'converted.net_amount'
        )) }} as tenant_net_amount,
        {{ as_money('sold.quantity * product_records.unit_cost') }} as cost_amount,
        {{ member_or_unknown('customers.customer_sk') }} as customer_sk,
        {{ member_or_unknown('products.product_sk') }} as product_sk,
        {{ date_key('sold.sold_on') }} as date_key
    from sold
    left join converted on sold.order_line_id = converted.order_line_id
    left join customers
        on
            sold.customer_id = customers.customer_id
            and {{ as_of('customers', 'sold.sold_at') }}
    left join products
        on
            sold.product_id = products.product_id
            and {{ as_of('products', 'sold.sold_at') }}
    left join product_records
        on
            sold.product_record_id = product_records.product_id
            and {{ as_of('product_records', 'sold.sold_at') }}
)

select * from final
