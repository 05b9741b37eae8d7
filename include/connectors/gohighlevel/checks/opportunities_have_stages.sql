-- check: opportunities_have_stages
-- severity: warn
-- stream: opportunities
-- why: An opportunity stands in a stage no pipeline has; a pipeline was not read.
select opportunities.id as bad_key
from {schema}.opportunities as opportunities
where
    opportunities._feed = {feed}
    and opportunities._deleted_at is null
    and not exists (
        select 1 from {schema}.pipelines__stages as stages
        where stages._feed = opportunities._feed and stages.id = opportunities.pipeline_stage_id
    )
