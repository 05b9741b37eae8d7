-- The median of the same weekday in the weeks before a day, and how far the day lay from it. The
-- day itself is not among them, so no outlier hides itself, and what was said of a past day stays.
{% set weeks = 12 %}
with metrics as (
    select * from {{ ref('int_metrics__daily') }}
),

days as (
    select * from {{ ref('dim_date') }}
),

numbered as (
    select
        metrics.*,
        days.day_of_week,
        row_number() over (
            partition by metrics.series_key, days.day_of_week order by metrics.metric_on
        ) as week_number
    from metrics
    left join days on metrics.metric_on = days.date_day
),

steps as (
    {%- for step in range(1, weeks + 1) %}
        select {{ step }} as step
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

earlier as (
    select
        numbered.series_key,
        numbered.metric_on,
        past.metric_value as past_value,
        row_number() over (
            partition by numbered.series_key, numbered.metric_on order by past.metric_value
        ) as place,
        count(*) over (partition by numbered.series_key, numbered.metric_on) as past_count
    from numbered
    cross join steps
    inner join numbered as past
        on
            numbered.series_key = past.series_key
            and numbered.day_of_week = past.day_of_week
            and numbered.week_number - steps.step = past.week_number
),

medians as (
    select
        series_key,
        metric_on,
        {{ median_of_places('past_value', 'place', 'past_count') }} as usual_value
    from earlier
    where past_count >= {{ weeks // 2 }}
    group by series_key, metric_on
),

final as (
    select
        numbered.series_key,
        numbered.metric_on,
        {{ as_money('medians.usual_value', 'quantity') }} as usual_value,
        {{ as_money(
            'abs(sqrt(numbered.metric_value) - sqrt(medians.usual_value))', 'quantity'
        ) }} as root_distance,
        row_number() over (
            partition by numbered.series_key order by numbered.metric_on
        ) as value_number
    from numbered
    inner join medians
        on numbered.series_key = medians.series_key and numbered.metric_on = medians.metric_on
)

select * from final
