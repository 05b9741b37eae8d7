-- Pairs are looked for in narrow blocks; a profile's wide ones are part of how it reads.
create or replace temp table blocks as
select pid, block from all_blocks anti join wide_blocks using (block);

create or replace temp table profile_hashes as
select p.pid, md5(p.content || coalesce(w.mark, '')) as base_hash, null::varchar as content_hash
from profiles as p
left join (
    select pid, bit_xor(block)::varchar as mark
    from all_blocks semi join wide_blocks using (block)
    group by pid
) as w using (pid);
