{% set echo_hours = 0.17 %}

-- Which touches count. What two sources tell (the same person, day and channel) counts once, as the
-- better one tells it; so does a contact that the CRM made of a call or form within minutes,
-- however its channel is worded there; of the sessions that end in one order, one; a word that
-- somebody chose only where nothing better is known. An order's session is not after it, whatever a
-- clock says.
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

echoes as (
    select distinct leads.touchpoint_id
    from timed as leads
    inner join timed as heard on leads.customer_id = heard.customer_id
    where
        leads.touch_kind = 'lead'
        and heard.touch_kind in ('call', 'form')
        and leads.source_connector <> heard.source_connector
        and leads.evidence <= heard.evidence
        and abs({{ hours_between('heard.touched_at', 'leads.touched_at') }}) <= {{ echo_hours }}
),

judged as (
    select
        ranked.*,
        case
            when ranked.customer_id is null and ranked.tied_order_id is null then 'nobody'
            when ranked.order_place > 1 then 'another session of the order'
            when ranked.evidence = 1 and ranked.best_evidence > 1 then 'a word beside touches'
            when echoes.touchpoint_id is not null then 'told by another source'
            when ranked.source_connector <> ranked.best_connector then 'told by another source'
        end as ignored_reason
    from ranked
    left join echoes on ranked.touchpoint_id = echoes.touchpoint_id
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
