-- Links of vendors between two records of ours. A record that many differently named others point at
-- (a till's walk-in customer, an agency's own card) links nobody.
create or replace temp table linked as
select least(l.left_record_id, l.right_record_id) as left_id, greatest(l.left_record_id, l.right_record_id) as right_id, l.rule
from links as l
semi join records as a on a.record_id = l.left_record_id
semi join records as b on b.record_id = l.right_record_id
where l.left_record_id <> l.right_record_id;

create or replace temp table hubs as
select hub, count(distinct other) as records, count(distinct f.initials) as names
from (select left_id as hub, right_id as other from linked union all select right_id, left_id from linked)
inner join features as f on f.record_id = other
group by hub
having names >= getvariable('max_names');

create or replace temp table usable_links as
select * from linked
where left_id not in (select hub from hubs) and right_id not in (select hub from hubs);

insert into shared_keys
select 'link', hub, records, names, 'ignored', 'links of vendors lead from it to ' || names || ' or more different names'
from hubs;
