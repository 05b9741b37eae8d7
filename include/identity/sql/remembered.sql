-- Pairs scored by an earlier run stand where both sides still read the same.
create or replace temp table profile_by_hash as
select h.content_hash, h.pid
from profile_hashes as h
where h.pid not in (select pid from fresh);

insert into profile_pairs
select
    least(l.pid, r.pid),
    greatest(l.pid, r.pid),
    max(p.score),
    min(p.decided_by),
    -- Why it was not joined then is said anew, where it still holds.
    min(regexp_replace(p.evidence, '; not joined: .*$', ''))
from known_pairs as p
inner join known as kl on kl.record_id = p.left_id
inner join known as kr on kr.record_id = p.right_id
inner join profile_by_hash as l on l.content_hash = kl.content_hash
inner join profile_by_hash as r on r.content_hash = kr.content_hash
where p.decided_by in ('key', 'model') and l.pid <> r.pid and (p.decided_by = 'key' or p.score >= getvariable('keep'))
group by 1, 2;
