-- check: line_items_add_up
-- severity: warn
-- stream: opportunities
-- why: Salesforce makes an opportunity's amount the sum of its products; another one means that
--   line items were not read to their end, or are hidden from the run-as user.
with lines as (
    select
        opportunity_id,
        sum(total_price) as total_price
    from {schema}.opportunity_line_items
    where _feed = {feed} and not is_deleted
    group by opportunity_id
)

select opportunities.id as bad_key
from {schema}.opportunities as opportunities
inner join lines on opportunities.id = lines.opportunity_id
where
    opportunities._feed = {feed}
    and not opportunities.is_deleted
    and opportunities.amount is distinct from lines.total_price
