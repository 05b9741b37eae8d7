-- Months of the tenant's zone. What flows (revenue, costs, hours) is summed; of what lies there
-- (inventory) a sum means nothing.
with metrics as (
    select * from {{ ref('int_metrics__daily') }}
),

days as (
    select * from {{ ref('dim_date') }}
),

newest as (
    select max(metric_on) as newest_on from metrics
),

months as (
    select
        year_number,
        month_number,
        min(date_day) as month_on,
        max(date_day) as last_day
    from days
    group by year_number, month_number
),

placed as (
    select
        metrics.*,
        months.month_on,
        months.last_day,
        row_number() over (
            partition by metrics.series_key, months.month_on order by metrics.metric_on desc
        ) as place_from_end
    from metrics
    inner join days on metrics.metric_on = days.date_day
    inner join months
        on days.year_number = months.year_number and days.month_number = months.month_number
),

final as (
    select
        {{ hash_key(['placed.series_key', 'placed.month_on']) }} as monthly_metric_key,
        cast('{{ var("tenant") }}' as {{ type_of('text') }}) as tenant,
        placed.metric_type,
        placed.metric_name,
        placed.month_on,
        placed.source_connector,
        placed.currency_code,
        count(*) as days_count,
        {{ as_money(
            "case when placed.metric_type <> 'inventory' then sum(placed.metric_value) end",
            'quantity'
        ) }} as total_value,
        {{ as_money('sum(placed.metric_value) / count(*)', 'quantity') }} as average_value,
        {{ as_money('max(placed.metric_value)', 'quantity') }} as highest_value,
        {{ as_money(
            'max(case when placed.place_from_end = 1 then placed.metric_value end)', 'quantity'
        ) }} as last_value,
        placed.last_day <= newest.newest_on as is_complete,
        placed._feed
    from placed
    cross join newest
    group by
        placed.series_key, placed.metric_type, placed.metric_name, placed.month_on,
        placed.source_connector, placed.currency_code, placed.last_day, newest.newest_on,
        placed._feed
)

select * from final
