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
