-- Whose values read otherwise now: the news, and whoever bears a key or a name that has become rarer or commoner.
create or replace temp table turned_keys as
select kind, value
from (select kind, value, treatment from key_treatment where treatment <> 'trusted') as n
full join base_treatment as b using (kind, value)
where n.treatment is distinct from b.treatment;

create or replace temp table turned_words as
select word from name_bits as n full join base_bits as b using (word)
where n.bits is distinct from b.bits;

create or replace temp table touched as
select record_id from news
union
select k.record_id from base_keys as k semi join turned_keys as t on t.kind = k.kind and t.value = k.value
union
select record_id from base_features where first in (from turned_words) or last in (from turned_words);
