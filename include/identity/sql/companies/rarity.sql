-- How rare the rarest word of a name is, in bits, in steps of two.
create or replace temp table word_bits as
with spread as (
    select unnest(title_words) as word from features
)
select word, greatest(4, least(14, 2 * round(-log2(count(*) / (select greatest(count(*), 1) from features)) / 2))) as bits
from spread
group by word;
