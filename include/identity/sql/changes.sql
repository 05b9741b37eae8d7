-- What became of yesterday's ids. A first run changes nothing.
create or replace temp table moved as
select old_id, entity_id, min(record_id) as record_id, count(*) as records
from entity_of
where old_id is not null and old_id <> entity_id
group by all;

create or replace temp table lives as
select distinct entity_id from entity_of;

insert into changes
select
    left(md5(concat_ws('|', what, entity_id, other_entity_id, record_id, getvariable('now')::varchar)), 16),
    getvariable('now'), what, entity_id, other_entity_id, record_id,
    reason || case when getvariable('is_relearned') then '; the model''s numbers were learned anew in this run' else '' end
from (
    select 'merge' as what, entity_id, old_id as other_entity_id, record_id,
        records || ' records of `' || old_id || '` are now `' || entity_id || '`, the older of the two' as reason
    from moved where old_id not in (select entity_id from lives)
    union all
    select 'split', old_id, entity_id, record_id,
        records || ' records left `' || old_id || '`, which most of its records keep'
    from moved where old_id in (select entity_id from lives)
    union all
    select 'new', e.entity_id, null, min(e.record_id), count(*) || ' records not seen before'
    from entity_of as e
    where (select count(*) from known_ids) > 0
    group by e.entity_id
    having count(e.old_id) = 0
);

-- Every id ever given leads to one that lives.
insert into aliases
select old_id, entity_id
from (
    select old_id, arg_max(entity_id, row(records, entity_id)) as entity_id
    from moved where old_id not in (select entity_id from lives) group by old_id
    union
    select a.old_id, coalesce(m.entity_id, a.entity_id)
    from known_aliases as a
    left join (select old_id, arg_max(entity_id, row(records, entity_id)) as entity_id from moved group by old_id) as m
        on m.old_id = a.entity_id and a.entity_id not in (select entity_id from lives)
    where a.old_id not in (select entity_id from lives)
)
qualify row_number() over (partition by old_id order by entity_id) = 1;
