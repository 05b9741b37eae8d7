-- Each value beside what was usual before it; int_metrics__banded says how that is found.
with metrics as (
    select * from {{ ref('int_metrics__daily') }}
),

bands as (
    select * from {{ ref('int_metrics__banded') }}
),

final as (
    select
        {{ hash_key(['metrics.series_key', 'metrics.metric_on']) }} as daily_metric_key,
        cast('{{ var("tenant") }}' as {{ type_of('text') }}) as tenant,
        metrics.series_key,
        metrics.metric_type,
        metrics.metric_name,
        metrics.metric_on,
        metrics.source_connector,
        metrics.currency_code,
        case
            when metrics.metric_type = 'inventory' then 'pieces'
            when metrics.metric_type = 'staffing' then 'hours'
            else 'currency'
        end as metric_unit,
        metrics.metric_value,
        {{ date_key('metrics.metric_on') }} as date_key,
        bands.usual_value,
        bands.lowest_usual_value,
        bands.highest_usual_value,
        metrics.metric_value < bands.lowest_usual_value
        or metrics.metric_value > bands.highest_usual_value as is_outlier,
        metrics._feed
    from metrics
    left join bands
        on metrics.series_key = bands.series_key and metrics.metric_on = bands.metric_on
)

select * from final
