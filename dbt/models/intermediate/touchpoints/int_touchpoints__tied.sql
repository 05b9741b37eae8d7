-- Whose each touch is, by its own record or by the order that came of it, and its channel.
with touchpoints as (
    select
        touchpoints.*,
        channels.source,
        channels.medium,
        channels.channel,
        channels.campaign_name
    from {{ ref('int_touchpoints__cleaned') }} as touchpoints
    inner join {{ ref('int_channels__grouped') }} as channels
        on {{ traffic_key('touchpoints') }} = channels.traffic_key
),

people as (
    select * from {{ ref('int_customers__resolved') }}
),

-- A record that was folded into another one means that one.
orders as (
    select
        *,
        coalesce(counted_order_id, order_id) as meant_order_id
    from {{ ref('int_orders__counted') }}
),

-- Books may number their documents as a shop its orders: the nearest day is meant, within three.
named_orders as (
    select
        touchpoints.touchpoint_id,
        orders.meant_order_id as order_id,
        row_number() over (
            partition by touchpoints.touchpoint_id
            order by
                abs({{ days_between('orders.ordered_on', 'touchpoints.touched_on') }}) asc,
                case when orders.is_counted then 0 else 1 end asc,
                case when orders.source_connector like 'quickbooks%' then 1 else 0 end asc,
                orders.order_id asc
        ) as place
    from touchpoints
    inner join orders on touchpoints.order_name = ltrim(orders.order_number, '#')
    where abs({{ days_between('orders.ordered_on', 'touchpoints.touched_on') }}) <= 3
),

final as (
    select
        touchpoints.touchpoint_id,
        touchpoints.source_connector,
        touchpoints.record_id,
        touchpoints.order_id,
        touchpoints.order_name,
        touchpoints.touch_kind,
        touchpoints.click_kind,
        touchpoints.click_id,
        touchpoints.evidence,
        touchpoints.touched_on,
        touchpoints.touched_at,
        touchpoints._feed,
        touchpoints._load_id,
        touchpoints.source,
        touchpoints.medium,
        touchpoints.channel,
        touchpoints.campaign_name,
        orders.order_id as tied_order_id,
        orders.ordered_at,
        coalesce(callers.customer_id, buyers.customer_id, orders.customer_id) as customer_id
    from touchpoints
    left join named_orders
        on touchpoints.touchpoint_id = named_orders.touchpoint_id and named_orders.place = 1
    left join orders on orders.order_id = coalesce(touchpoints.order_id, named_orders.order_id)
    left join people as callers on touchpoints.record_id = callers.record_id
    left join people as buyers on orders.customer_id = buyers.record_id
)

select * from final
