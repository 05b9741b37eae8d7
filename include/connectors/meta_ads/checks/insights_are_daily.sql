-- check: insights_are_daily
-- severity: error
-- stream: ad_insights
-- why: Without time_increment a row holds a whole range and looks like its first day.
select concat(ad_id, '/', date_start) as bad_key
from {schema}.ad_insights
where _feed = {feed} and date_start <> date_stop
