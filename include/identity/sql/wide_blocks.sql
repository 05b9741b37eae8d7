-- A block beyond its limit pairs people who share one common thing; narrower blocks find them instead.
create or replace temp table wide_blocks as
select block
from all_blocks
group by block
having count(*) > getvariable('max_block');
