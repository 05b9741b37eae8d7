-- `profile_hashes` are of the touched alone here: who reads as nobody did before is compared with his blocks.
create or replace temp table asked_again as
select unnest([k.left_id, k.right_id]) as record_id
from pairs as k
left join overrides as o
    on least(o.left_id, o.right_id) = k.left_id and greatest(o.left_id, o.right_id) = k.right_id
left join usable_links as l on l.left_id = k.left_id and l.right_id = k.right_id
where k.decided_by in ('override', 'link') and o.left_id is null and l.left_id is null;

create or replace temp table fresh_pids as
select b.pid
from profile_hashes as h
inner join profile_reps as p using (pid)
inner join base_contents as b using (content)
where h.content_hash not in (select content_hash from resolved where content_hash is not null)
union
select pid from base_profiles semi join asked_again using (record_id);

create or replace temp table partners as
select distinct o.pid
from base_blocks as b
semi join fresh_pids using (pid)
anti join base_wide using (block)
inner join base_blocks as o on o.block = b.block;

create or replace temp table turned_links as
from ((from usable_links) except (from base_links))
union
from ((from base_links) except (from usable_links));

-- Whose own pairs are made anew: those who read otherwise, with everybody spelled like them.
create or replace temp table remade as
select record_id from base_profiles
where pid in (select pid from touched_pids union all select pid from fresh_pids)
    or record_id in (from touched)
union
from gone;

create or replace temp table area as
from remade
union
select record_id from base_profiles semi join partners using (pid)
union
select right_id from pairs where left_id in (from remade)
union
select left_id from pairs where right_id in (from remade)
union
select unnest([left_id, right_id]) from turned_links
union
select unnest([left_id, right_id]) from overrides
union
select unnest([left_id, right_id]) from pairs where decided_by = 'override';

-- Edges that lead out of an entity: strong enough, but refused.
create or replace temp table crossings as
select l.entity_id as one, r.entity_id as other
from pairs as p
inner join resolved as l on l.record_id = p.left_id
inner join resolved as r on r.record_id = p.right_id
where p.score >= getvariable('accept') and l.entity_id <> r.entity_id;
