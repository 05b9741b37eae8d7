-- check: history_ends_in_the_stage
-- severity: warn
-- stream: opportunity_history
-- why: The newest history row of an opportunity names another stage than the opportunity, so one of
--   the two was not read to its end (or is hidden from the run-as user).
select opportunities.id as bad_key
from {schema}.opportunities as opportunities
inner join lateral (
    select history.stage_name
    from {schema}.opportunity_history as history
    where history._feed = opportunities._feed and history.opportunity_id = opportunities.id
    order by history.created_date desc, history.id desc
    limit 1
) as newest on true
where
    opportunities._feed = {feed}
    and not opportunities.is_deleted
    and newest.stage_name <> opportunities.stage_name
