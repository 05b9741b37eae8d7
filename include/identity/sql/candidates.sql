-- Pairs worth a look: two profiles of one block, at least one of them not seen like this before.
create or replace temp table fresh as
select pid from profile_hashes
where getvariable('is_full') or content_hash not in (select content_hash from known where content_hash is not null);

create or replace temp table block_sizes as
select block, count(*) as size, count(*) filter (where pid in (select pid from fresh)) as fresh
from blocks
group by block
having count(*) > 1 and fresh > 0;
