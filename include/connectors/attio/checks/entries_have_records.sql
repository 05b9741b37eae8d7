-- check: entries_have_records
-- severity: warn
-- stream: list_entries
-- why: An entry's company or person is not among the records, so records were not read to their end
--   (or the token may see the list and not the object).
select concat(entries.list_id, '/', entries.entry_id) as bad_key
from {schema}.list_entries as entries
where
    entries._feed = {feed}
    and entries._deleted_at is null
    and entries.parent_object in ('companies', 'people')
    and not exists (
        select 1 from {schema}.companies as companies
        where companies._feed = entries._feed and companies.id = entries.parent_record_id
    )
    and not exists (
        select 1 from {schema}.people as people
        where people._feed = entries._feed and people.id = entries.parent_record_id
    )
