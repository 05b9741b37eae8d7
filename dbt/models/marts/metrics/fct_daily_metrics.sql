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
        {{ as_money('bands.usual_value', 'quantity') }} as usual_value,
        {{ as_money(
            'case when bands.usual_value >= bands.band then bands.usual_value - bands.band '
            'when bands.usual_value is not null then 0 end', 'quantity'
        ) }} as lowest_usual_value,
        {{ as_money('bands.usual_value + bands.band', 'quantity') }} as highest_usual_value,
        metrics.metric_value < bands.usual_value - bands.band
        or metrics.metric_value > bands.usual_value + bands.band as is_outlier,
        metrics._feed
    from metrics
    left join bands
        on metrics.series_key = bands.series_key and metrics.metric_on = bands.metric_on
)

select * from final
