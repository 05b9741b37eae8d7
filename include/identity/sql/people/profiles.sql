-- How rare a name is, in bits, in steps of two: an agreement on a rare one says more.
create or replace temp table name_bits as
with counted as (
    select first as word, count(*) as n from features where first is not null group by first
    union all
    select last, count(*) from features where last is not null group by last
)
-- The commoner of its two places: a swapped name is no rare one.
select word, greatest(4, least(14, 2 * round(-log2(max(n) / (select count(*) from features)) / 2))) as bits
from counted
group by word;

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
