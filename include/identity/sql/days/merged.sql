-- The area's answer takes the place of its last one; everybody else's stands.
create or replace temp table area_entities as
select entity_id from resolved semi join area using (record_id) union select entity_id from area_resolved;

delete from golden where entity_id in (from area_entities);
insert into golden by name from area_golden;
delete from pairs where left_id in (from area) and right_id in (from area);
insert into pairs by name from area_pairs;
delete from resolved where record_id in (from area);
insert into resolved by name from area_resolved;
delete from aliases;
insert into aliases by name from area_aliases;

delete from base_said where record_id in (from news union all from gone);
insert into base_said by name from said_now semi join news using (record_id);
create or replace table base_treatment as select kind, value, treatment from key_treatment where treatment <> 'trusted';
create or replace table base_bits as from name_bits;
create or replace table base_links as from usable_links;
