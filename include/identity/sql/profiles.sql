-- Keys that are nobody's are left out before anything is compared.
create or replace temp table key_use as
select k.record_id, k.kind, k.value, coalesce(t.treatment, 'trusted') as treatment
from all_keys as k
left join key_treatment as t on t.kind = k.kind and t.value = k.value
where coalesce(t.treatment, 'trusted') <> 'ignored';

-- One row a record with its keys as lists; sorted.
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
