-- How rare the words of a title are together, in bits, in steps of two; and its two rarest ones.
create or replace temp table word_bits as
with spread as (
    select unnest(bones) as word from features
)
select word, greatest(1, least(14, 2 * round(-log2(count(*) / (select greatest(count(*), 1) from features)) / 2))) as bits
from spread
group by word;
