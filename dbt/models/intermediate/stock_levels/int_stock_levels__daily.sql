-- What lay there at the end of each day, from the first day on which a run saw the source's stock.
-- Summed from changes, so that an item that lies still for years costs one row.
with versions as (
    select * from {{ ref('snap_stock_levels') }}
    where not is_deleted and on_hand_quantity is not null
),

days as (
    select * from {{ ref('dim_date') }}
    where date_day <= {{ today() }}
),

changes as (
    select
        source_connector,
        _feed,
        on_hand_quantity as quantity,
        1 as items,
        {{ local_date('dbt_valid_from') }} as changed_on
    from versions
    union all
    select
        source_connector,
        _feed,
        -on_hand_quantity as quantity,
        -1 as items,
        {{ local_date('dbt_valid_to') }} as changed_on
    from versions
    where dbt_valid_to is not null
),

-- Below 0 is sold before it was counted in: apart, so that it does not lower what lies elsewhere.
daily as (
    select
        source_connector,
        _feed,
        changed_on,
        sum(case when quantity * items > 0 then quantity else 0 end) as on_hand_change,
        sum(case when quantity * items < 0 then -quantity else 0 end) as oversold_change,
        sum(items) as items_change
    from changes
    group by source_connector, _feed, changed_on
),

firsts as (
    select
        source_connector,
        _feed,
        min(changed_on) as first_on
    from daily
    group by source_connector, _feed
),

spine as (
    select
        firsts.source_connector,
        firsts._feed,
        days.date_day as stocked_on
    from firsts
    inner join days on firsts.first_on <= days.date_day
),

summed as (
    select
        spine.source_connector,
        spine._feed,
        spine.stocked_on,
        sum(coalesce(daily.on_hand_change, 0)) over (
            partition by spine.source_connector, spine._feed order by spine.stocked_on
            rows between unbounded preceding and current row
        ) as on_hand_sum,
        sum(coalesce(daily.oversold_change, 0)) over (
            partition by spine.source_connector, spine._feed order by spine.stocked_on
            rows between unbounded preceding and current row
        ) as oversold_sum,
        sum(coalesce(daily.items_change, 0)) over (
            partition by spine.source_connector, spine._feed order by spine.stocked_on
            rows between unbounded preceding and current row
        ) as items_sum
    from spine
    left join daily
        on
            spine.source_connector = daily.source_connector
            and spine._feed = daily._feed
            and spine.stocked_on = daily.changed_on
),

final as (
    select
        source_connector,
        _feed,
        stocked_on,
        {{ as_money('on_hand_sum', 'quantity') }} as on_hand_quantity,
        {{ as_money('oversold_sum', 'quantity') }} as oversold_quantity,
        items_sum as items_count
    from summed
)

select * from final
