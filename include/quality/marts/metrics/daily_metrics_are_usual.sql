-- check: daily_metrics_are_usual
-- severity: warn
-- needs: fct_daily_metrics
-- why: In the last week a day's value lay far from the same weekday's in the weeks before; see
--   usual_value beside it.
select daily_metric_key as bad_key
from {mart}.fct_daily_metrics
where
    is_outlier
    and metric_on > (select max(d.metric_on) - 7 from {mart}.fct_daily_metrics as d)
