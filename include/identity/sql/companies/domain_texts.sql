-- Where a company may live: a domain or website as told, or the domain of an address at work.
create or replace temp table domain_raw as
select record_id, regexp_extract(lower(trim(raw)), '^(?:[a-z]+://)?(?:[^/@\s]*@)?(?:www\d?\.)?([^/:?#\s]+)', 1) as raw
from raw_keys where kind = 'domain'
union
select record_id, split_part(value, '@', 2) from all_keys where kind = 'email';

create or replace temp table domain_texts as
select distinct raw from domain_raw where contains(raw, '.');
