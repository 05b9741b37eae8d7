-- A value a day and series, never below 0: what lowers a measure (a refund, a vendor's credit, a
-- return) is a measure of its own with `_reversed` behind its name. Days to come are left out and
-- come when they come.
with entered as (
    select * from {{ ref('int_metrics__entered') }}
),

signed as (
    select
        metric_type,
        source_connector,
        _feed,
        currency_code,
        metric_on,
        case when amount < 0 then -amount else amount end as amount,
        case when amount < 0 then metric_name || '_reversed' else metric_name end as metric_name
    from entered
    where amount is not null and metric_on <= {{ today() }}
),

final as (
    select
        {{ hash_key(['metric_type', 'metric_name', 'source_connector', '_feed', 'currency_code']) }}
            as series_key,
        metric_type,
        metric_name,
        source_connector,
        _feed,
        currency_code,
        metric_on,
        {{ as_money('sum(amount)', 'quantity') }} as metric_value
    from signed
    group by metric_type, metric_name, source_connector, _feed, currency_code, metric_on
)

select * from final
