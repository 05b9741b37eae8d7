-- Ids stay with their records. Of a split cluster the part with most of the old records keeps the id;
-- of merged ones the oldest id lives on.
create or replace temp table member as
select c.record_id, c.cluster, k.entity_id as old_id, k.first_seen_at, r.created_at
from clusters as c
left join known as k using (record_id)
left join records as r using (record_id);

create or replace temp table claims as
select
    cluster,
    old_id,
    count(*) as members,
    min(first_seen_at) as since,
    min(created_at) as made,
    min(record_id) as first_record
from member
where old_id is not null
group by all;

-- Who keeps an id.
create or replace temp table kept as
select old_id, cluster, members, since, made, first_record
from claims
qualify row_number() over (partition by old_id order by members desc, since, made nulls last, first_record) = 1;

-- Which id a cluster keeps.
create or replace temp table chosen as
select cluster, old_id as entity_id
from kept
qualify row_number() over (partition by cluster order by since, made nulls last, first_record, old_id) = 1;

create or replace temp table firsts as
select cluster, arg_min(record_id, row(created_at is null, created_at, record_id)) as record_id
from member
where cluster not in (select cluster from chosen)
group by cluster;

create or replace temp table taken as
select entity_id as id from known_ids
union
select old_id from known_aliases
union
select entity_id from known_aliases;

create or replace temp table born as
select cluster, record_id, prefix || left(md5(record_id), 16) as entity_id
from firsts, (select getvariable('prefix') as prefix);

-- The record an id was born from may have moved on without it.
update born set entity_id = getvariable('prefix') || left(md5(record_id || '/' || getvariable('now')::varchar), 16)
where entity_id in (select id from taken);

create or replace temp table entity_of as
select m.record_id, m.cluster, coalesce(c.entity_id, b.entity_id) as entity_id, m.old_id,
    coalesce(m.first_seen_at, getvariable('now')) as first_seen_at
from member as m
left join chosen as c using (cluster)
left join born as b using (cluster);
