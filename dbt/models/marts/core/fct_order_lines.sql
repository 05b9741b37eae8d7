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

people as (
    select * from {{ ref('int_customers__resolved') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

named as (
    select
        lines.*,
        orders.counted_order_id,
        orders.currency_code,
        orders.ordered_on,
        orders.ordered_at,
        coalesce(orders.is_counted, false) as is_order_counted,
        coalesce(people.customer_id, orders.customer_id) as person_id,
        coalesce(goods.product_id, lines.product_id) as good_id
    from lines
    left join orders on lines.order_id = orders.order_id
    left join people on orders.customer_id = people.record_id
    left join goods on lines.product_id = goods.record_id
),

final as (
    select
        named.order_line_id,
        named.order_id,
        named.counted_order_id,
        named.product_id as product_record_id,
        named.source_connector,
        named.sku,
        named.product_name,
        named.currency_code,
        named.quantity,
        named.unit_price,
        named.gross_amount,
        named.ordered_on,
        named.is_deleted,
        named._feed,
        named._load_id,
        named.person_id as customer_id,
        named.good_id as product_id,
        {{ as_money('coalesce(named.discount_amount, 0)') }} as discount_amount,
        {{ as_money('coalesce(named.tax_amount, 0)') }} as tax_amount,
        {{ as_money('named.gross_amount - coalesce(named.discount_amount, 0)') }} as net_amount,
        '{{ var("tenant_currency") }}' as tenant_currency_code,
        {{ as_money(home_or(
            'named.currency_code', 'named.gross_amount - coalesce(named.discount_amount, 0)',
            'converted.net_amount'
        )) }} as tenant_net_amount,
        {{ member_or_unknown('customers.customer_sk') }} as customer_sk,
        {{ member_or_unknown('products.product_sk') }} as product_sk,
        {{ date_key('named.ordered_on') }} as date_key,
        named.is_order_counted and not named.is_deleted as is_counted
    from named
    left join converted on named.order_line_id = converted.order_line_id
    left join customers
        on
            named.person_id = customers.customer_id
            and {{ as_of('customers', 'named.ordered_at') }}
    left join products
        on
            named.good_id = products.product_id
            and {{ as_of('products', 'named.ordered_at') }}
)

select * from final
