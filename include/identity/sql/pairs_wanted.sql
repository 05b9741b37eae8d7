create or replace temp table wanted as
with live as (
    select b.pid, b.block, f.pid is not null as is_fresh
    from blocks as b
    semi join block_sizes as s using (block)
    left join fresh as f using (pid)
)
select distinct l.pid as lpid, r.pid as rpid
from live as l
inner join live as r on l.block = r.block and l.pid < r.pid and (l.is_fresh or r.is_fresh);

-- Pairs remembered between records of today's profiles, where a side was spelled anew, are asked again.
-- A profile of several records is compared with itself: are records spelled like this one entity?
insert into wanted
select pid, pid from profiles where n > 1;
