-- What was usual for a day and series: the median of the same weekday in the weeks before, and how
-- far these lay from it. The day itself is not among them, so no outlier hides itself, and what was
-- said of a past day stays.
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

distances as (
    select
        earlier.series_key,
        earlier.metric_on,
        earlier.past_count,
        medians.usual_value,
        abs(earlier.past_value - medians.usual_value) as distance,
        row_number() over (
            partition by earlier.series_key, earlier.metric_on
            order by abs(earlier.past_value - medians.usual_value)
        ) as place
    from earlier
    inner join medians
        on earlier.series_key = medians.series_key and earlier.metric_on = medians.metric_on
),

-- 1.4826 makes the median distance a standard deviation where values are normally distributed; a
-- series that hardly moves is given a tenth of its size.
bands as (
    select
        series_key,
        metric_on,
        max(usual_value) as usual_value,
        4 * {{ greater_of(
            '1.4826 * ' ~ median_of_places('distance', 'place', 'past_count'),
            '0.1 * max(usual_value)'
        ) }} as band
    from distances
    group by series_key, metric_on
),

final as (
    select
        series_key,
        metric_on,
        {{ as_money('usual_value', 'quantity') }} as usual_value,
        {{ as_money('band', 'quantity') }} as band
    from bands
)

select * from final
