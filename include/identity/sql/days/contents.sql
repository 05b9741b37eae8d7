-- `hashed` and `profiles` are of the touched alone here. A content that nobody has had gets a number of its own.
create or replace temp table leaving as
select record_id, pid from base_profiles where record_id in (from touched union all from gone);

create or replace temp table fresh_contents as
select content, (select coalesce(max(pid), 0) from base_contents) + row_number() over (order by content) as pid
from (select distinct content from hashed)
anti join base_contents using (content);

insert into base_contents by name select pid, content from fresh_contents;
delete from base_profiles where record_id in (select record_id from leaving);
create or replace temp table arriving as
select h.record_id, c.pid::integer as pid from hashed as h inner join base_contents as c using (content);
insert into base_profiles by name from arriving;

create or replace temp table lost_contents as
select distinct l.pid from leaving as l anti join base_profiles using (pid);

-- A spelling that lost or won a record has another number of them, and perhaps another first one.
create or replace temp table touched_pids as
select pid from leaving union select pid from arriving;

create or replace temp table block_news as
select b.block, f.pid::integer as pid
from all_blocks as b
inner join profile_reps as p using (pid)
inner join fresh_contents as f using (content);

create or replace temp table block_losses as
select block, pid from base_blocks semi join lost_contents using (pid);

delete from base_blocks where pid in (select pid from lost_contents);
delete from base_contents where pid in (select pid from lost_contents);
insert into base_blocks by name from block_news;

-- Blocks that became too wide, or are no longer.
create or replace temp table turned_blocks as
with moved as (
    select block, sum(n) as n
    from (select block, 1 as n from block_news union all select block, -1 from block_losses) group by block
), sizes as (
    select block, count(*) as size from base_blocks semi join moved using (block) group by block
)
select m.block, coalesce(s.size, 0) > getvariable('max_block') as is_wide
from moved as m
left join sizes as s using (block)
where (coalesce(s.size, 0) > getvariable('max_block')) <> (coalesce(s.size, 0) - m.n > getvariable('max_block'));

delete from base_wide where block in (select block from turned_blocks);
insert into base_wide select block from turned_blocks where is_wide;

insert into touched
select p.record_id
from base_profiles as p
semi join (select pid from base_blocks semi join turned_blocks using (block)) as b using (pid)
anti join touched using (record_id);
