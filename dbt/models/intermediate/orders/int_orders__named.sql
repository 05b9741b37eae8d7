-- Orders whose source names an order of another system, by its number or its id: what integrations
-- write into metadata. Reads no identity, which reads it.
with orders as (
    select
        order_id,
        source_connector,
        {{ order_key('paid_order_number') }} as named_key,
        {{ order_key('order_number') }} as number_key,
        {{ order_key('source_record_id') }} as record_key
    from {{ ref('int_orders__unioned') }}
),

-- What other systems may call an order.
order_names as (
    select
        order_id,
        source_connector,
        record_key as order_name,
        'named_id' as name_rule
    from orders
    union all
    select
        order_id,
        source_connector,
        number_key as order_name,
        'named_number' as name_rule
    from orders
),

final as (
    select
        orders.order_id,
        order_names.order_id as named_order_id,
        min(order_names.name_rule) as name_rule
    from orders
    inner join order_names
        on
            orders.named_key = order_names.order_name
            and orders.source_connector <> order_names.source_connector
    group by orders.order_id, order_names.order_id
)

select * from final
