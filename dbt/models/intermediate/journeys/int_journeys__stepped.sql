-- The first-order Markov chain of all journeys: how often what follows what. People who were
-- touched and never converted end at nothing.
with journeys as (
    select
        conversion_id as path_id,
        channel,
        touch_position,
        touches_count,
        'conversion' as path_end
    from {{ ref('int_journeys__built') }}
),

converted as (
    select distinct customer_id
    from {{ ref('int_conversions__counted') }}
    where customer_id is not null
),

lost as (
    select
        touches.customer_id as path_id,
        touches.channel,
        row_number() over (
            partition by touches.customer_id order by touches.touched_at, touches.touchpoint_id
        ) as touch_position,
        count(*) over (partition by touches.customer_id) as touches_count,
        'nothing' as path_end
    from {{ ref('int_touchpoints__resolved') }} as touches
    left join converted on touches.customer_id = converted.customer_id
    where
        touches.is_counted
        and touches.customer_id is not null
        and converted.customer_id is null
),

paths as (
    select * from journeys
    union all
    select * from lost
),

steps as (
    select
        '(start)' as here,
        channel as there
    from paths
    where touch_position = 1
    union all
    select
        channel as here,
        case
            when touch_position = touches_count then path_end
            else lead(channel) over (partition by path_id, path_end order by touch_position)
        end as there
    from paths
),

counted as (
    select
        here,
        there,
        count(*) as steps_count
    from steps
    group by here, there
),

chances as (
    select
        here,
        there,
        cast(steps_count as {{ type_of('ratio') }})
        / sum(steps_count) over (partition by here) as chance
    from counted
)

select * from chances
