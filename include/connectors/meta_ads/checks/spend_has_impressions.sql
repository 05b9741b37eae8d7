-- check: spend_has_impressions
-- severity: warn
-- stream: ad_insights
-- why: Money is spent for showing ads; spend without impressions means that a metric was read wrongly.
select concat(ad_id, '/', date_start) as bad_key
from {schema}.ad_insights
where _feed = {feed} and _deleted_at is null and spend > 0 and coalesce(impressions, 0) = 0
