-- Orders whose source names an order of another system, by its number or its id: what integrations
-- write into metadata. Reads no identity, which reads it.
with sources as (
    {{ revenue_sources() }}
),

orders as (
    select
        orders.order_id,
        coalesce(sources.source_system, orders.source_connector) as source_system,
        {{ order_key('orders.paid_order_number') }} as named_key,
        {{ order_key('orders.order_number') }} as number_key,
        {{ order_key('orders.source_record_id') }} as record_key
    from {{ ref('int_orders__unioned') }} as orders
    left join sources
        on
            orders.source_connector = sources.source_connector
            and orders._feed = sources._feed
),

-- What other systems may call an order.
order_names as (
    select
        order_id,
        source_system,
        record_key as order_name,
        'named_id' as name_rule
    from orders
    union all
    select
        order_id,
        source_system,
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
            and orders.source_system <> order_names.source_system
    group by orders.order_id, order_names.order_id
)

select * from final
