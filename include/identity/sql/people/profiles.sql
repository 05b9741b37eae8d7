create or replace temp table profiles as
select
    p.pid,
    p.rep,
    p.n,
    p.content || '/' || coalesce(f.bits, 0)::integer || '/' || coalesce(t.bits, 0)::integer as content,
    k.* exclude (record_id),
    skeleton(k.first) as first_skeleton,
    skeleton(k.last) as last_skeleton,
    f.bits as first_bits,
    t.bits as last_bits
from profile_reps as p
inner join keyed as k on k.record_id = p.rep
left join name_bits as f on f.word = k.first
left join name_bits as t on t.word = k.last;
