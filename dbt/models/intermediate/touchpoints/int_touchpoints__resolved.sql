-- Whose each touch is, and which touches count. A touch that two sources tell (the same person, day
-- and channel) counts once, as the better one tells it; of the sessions that end in one order, one;
-- a word that somebody chose counts only where nothing better is known.
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

tied as (
    select
        touchpoints.*,
        orders.order_id as tied_order_id,
        orders.ordered_at,
        coalesce(callers.customer_id, buyers.customer_id, orders.customer_id) as customer_id
    from touchpoints
    left join named_orders
        on touchpoints.touchpoint_id = named_orders.touchpoint_id and named_orders.place = 1
    left join orders on orders.order_id = coalesce(touchpoints.order_id, named_orders.order_id)
    left join people as callers on touchpoints.record_id = callers.record_id
    left join people as buyers on orders.customer_id = buyers.record_id
),

-- The session of an order is not after it, whatever a clock or a day's end says.
timed as (
    select
        *,
        case
            when touch_kind in ('order_session', 'last_visit') and ordered_at is not null
                then {{ earlier_of('touched_at', 'ordered_at') }}
            else coalesce(touched_at, {{ local_midnight('touched_on') }})
        end as counted_at,
        case when touch_kind in ('order_session', 'last_visit') then tied_order_id end
            as ends_in_order_id
    from tied
),

ranked as (
    select
        *,
        row_number() over (
            partition by coalesce(ends_in_order_id, touchpoint_id)
            order by
                case when source = '(direct)' then 1 else 0 end asc,
                evidence desc,
                case when touched_at is null then 1 else 0 end asc,
                touched_on asc,
                touchpoint_id asc
        ) as order_place,
        first_value(source_connector) over (
            partition by
                coalesce(customer_id, touchpoint_id), {{ local_date('counted_at') }}, channel
            order by
                evidence desc,
                case when touch_kind in ('lead', 'lead_source') then 1 else 0 end asc,
                counted_at asc,
                touchpoint_id asc
        ) as best_connector,
        max(evidence) over (partition by coalesce(customer_id, touchpoint_id)) as best_evidence
    from timed
),

judged as (
    select
        *,
        case
            when customer_id is null and tied_order_id is null then 'nobody'
            when order_place > 1 then 'another session of the order'
            when evidence = 1 and best_evidence > 1 then 'a word beside touches'
            when source_connector <> best_connector then 'told by another source'
        end as ignored_reason
    from ranked
),

final as (
    select
        touchpoint_id,
        source_connector,
        customer_id,
        touch_kind,
        source,
        medium,
        campaign_name,
        channel,
        click_kind,
        click_id,
        ignored_reason,
        _feed,
        _load_id,
        tied_order_id as order_id,
        ends_in_order_id,
        counted_at as touched_at,
        {{ local_date('counted_at') }} as touched_on,
        touched_at is null as is_day_only,
        ignored_reason is null as is_counted
    from judged
)

select * from final
