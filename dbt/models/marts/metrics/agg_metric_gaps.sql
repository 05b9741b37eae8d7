-- Days that a series should have and has not: of weekdays on which it has nearly always one,
-- between its first day and the tenant's newest, which itself may still be filling.
{% set usual_share = '0.8' %}
with metrics as (
    select * from {{ ref('int_metrics__daily') }}
    where metric_name not like '%reversed'
),

days as (
    select * from {{ ref('dim_date') }}
),

newest as (
    select max(metric_on) as newest_on from metrics
),

lives as (
    select
        series_key,
        metric_type,
        metric_name,
        source_connector,
        currency_code,
        _feed,
        min(metric_on) as first_on
    from metrics
    group by series_key, metric_type, metric_name, source_connector, currency_code, _feed
),

expected as (
    select
        lives.*,
        days.date_day,
        days.day_of_week,
        metrics.metric_on,
        count(*) over (partition by lives.series_key, days.day_of_week) as weeks_count,
        count(metrics.metric_on) over (partition by lives.series_key, days.day_of_week)
            as filled_count
    from lives
    cross join newest
    inner join days on lives.first_on <= days.date_day and newest.newest_on > days.date_day
    left join metrics
        on lives.series_key = metrics.series_key and days.date_day = metrics.metric_on
),

final as (
    select
        {{ hash_key(['series_key', 'date_day']) }} as metric_gap_key,
        series_key,
        metric_type,
        metric_name,
        source_connector,
        currency_code,
        date_day as missing_on,
        {{ as_money('filled_count / cast(weeks_count as numeric)', 'price') }} as weekday_share,
        _feed
    from expected
    where metric_on is null and weeks_count >= 8 and filled_count >= {{ usual_share }} * weeks_count
)

select * from final
