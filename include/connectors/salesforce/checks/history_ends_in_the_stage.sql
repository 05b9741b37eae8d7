-- check: history_ends_in_the_stage
-- severity: warn
-- stream: opportunity_history
-- why: The newest history row of an opportunity names another stage than the opportunity, so one of
--   the two was not read to its end (or is hidden from the run-as user).
with history as (
    select
        opportunity_id,
        stage_name,
        row_number() over (
            partition by opportunity_id order by created_date desc, id desc
        ) as age_number
    from {schema}.opportunity_history
    where _feed = {feed}
)

select opportunities.id as bad_key
from {schema}.opportunities as opportunities
inner join history as newest
    on opportunities.id = newest.opportunity_id and newest.age_number = 1
where
    opportunities._feed = {feed}
    and not opportunities.is_deleted
    and newest.stage_name <> opportunities.stage_name
