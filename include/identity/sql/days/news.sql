-- Records that are new or say something else, and those that are gone.
create or replace temp table news as
select n.record_id from said_now as n
left join base_said as b using (record_id)
where b.said is distinct from n.said;

create or replace temp table gone as
select record_id from base_said anti join said_now using (record_id);
