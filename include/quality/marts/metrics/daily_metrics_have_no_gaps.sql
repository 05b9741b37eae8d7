-- check: daily_metrics_have_no_gaps
-- severity: warn
-- needs: agg_metric_gaps, fct_daily_metrics
-- why: In the last week a measure has no value on a day of the week that nearly always has one.
select metric_gap_key as bad_key
from {mart}.agg_metric_gaps
where missing_on > (select max(d.metric_on) - 7 from {mart}.fct_daily_metrics as d)
