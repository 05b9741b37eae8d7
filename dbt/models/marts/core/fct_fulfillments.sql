with fulfillments as (
    select * from {{ ref('int_fulfillments__unioned') }}
),

orders as (
    select * from {{ ref('int_orders__unioned') }}
),

final as (
    select
        fulfillments.fulfillment_id,
        fulfillments.source_connector,
        fulfillments.source_record_id as source_fulfillment_id,
        fulfillments.order_id,
        fulfillments.fulfillment_status,
        fulfillments.location_id,
        fulfillments.pieces_count,
        fulfillments.shipped_at,
        fulfillments.delivered_at,
        fulfillments._feed,
        fulfillments._load_id,
        cast(
            {{ hours_between('orders.ordered_at', 'fulfillments.shipped_at') }}
            as {{ type_of('quantity') }}
        ) as hours_to_ship,
        cast(
            {{ hours_between('fulfillments.shipped_at', 'fulfillments.delivered_at') }}
            as {{ type_of('quantity') }}
        ) as hours_on_the_way,
        {{ date_key(local_date('fulfillments.shipped_at')) }} as date_key
    from fulfillments
    left join orders on fulfillments.order_id = orders.order_id
)

select * from final
