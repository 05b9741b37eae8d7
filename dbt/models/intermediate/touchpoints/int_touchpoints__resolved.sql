-- Which touches count. What two sources tell (the same person, day and channel) counts once, as the
-- better one tells it; of the sessions that end in one order, one; a word that somebody chose only
-- where nothing better is known. An order's session is not after it, whatever a clock says.
with timed as (
    select
        *,
        case
            when touch_kind in ('order_session', 'last_visit') and ordered_at is not null
                then {{ earlier_of('touched_at', 'ordered_at') }}
            else coalesce(touched_at, {{ local_midnight('touched_on') }})
        end as counted_at,
        case when touch_kind in ('order_session', 'last_visit') then tied_order_id end
            as ends_in_order_id
    from {{ ref('int_touchpoints__tied') }}
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
