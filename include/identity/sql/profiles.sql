-- One row a record with its keys as lists; keys that are nobody's are left out before.
create or replace temp table keyed as
with by_record as (
    -- Sorted after they were gathered: an aggregate with an order of its own is ten times as slow.
    select
        record_id,
        list_sort(list(value) filter (where kind = 'email')) as emails,
        list_sort(list(value) filter (where kind = 'phone')) as phones,
        list_sort(list(value) filter (where kind = 'domain')) as domains,
        list_sort(list(kind || ':' || value) filter (where kind not in ('email', 'phone', 'domain'))) as numbers,
        list_sort(list(kind || ':' || value)) as keys,
        list_sort(list(kind || ':' || value) filter (where treatment = 'trusted')) as trusted
    from key_use
    group by record_id
)
select f.*, k.* exclude (record_id)
from features as f
left join by_record as k using (record_id);
