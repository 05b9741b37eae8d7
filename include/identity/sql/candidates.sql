-- Pairs worth a look: two profiles of one block, at least one of them not seen like this before.
create or replace temp table fresh as
select pid from profile_hashes
where getvariable('is_full') or content_hash not in (select content_hash from known where content_hash is not null)
union
-- What a person or a vendor's link had decided, and decides no more, was never scored.
select p.pid
from (
    select unnest([k.left_id, k.right_id]) as record_id
    from known_pairs as k
    left join overrides as o
        on least(o.left_id, o.right_id) = k.left_id and greatest(o.left_id, o.right_id) = k.right_id
    left join usable_links as l on l.left_id = k.left_id and l.right_id = k.right_id
    where k.decided_by in ('override', 'link') and o.left_id is null and l.left_id is null
)
inner join profile_of as p using (record_id);

create or replace temp table block_sizes as
select block, count(*) as size, count(*) filter (where pid in (select pid from fresh)) as fresh
from blocks
group by block
having count(*) > 1 and fresh > 0;
