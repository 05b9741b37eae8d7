-- Everything that can name one person or company by itself: (record_id, kind, value), values comparable.
create or replace temp table raw_keys as
select record_id, 'email' as kind, email as raw from records where email is not null
union
select record_id, 'phone', phone from records where phone is not null
union
select record_id, 'domain', domain from records where domain is not null
union
select record_id, lower(trim(key_kind)), value from record_keys
where value is not null and record_id in (select record_id from records);

create or replace temp table phone_texts as
select distinct
    phone_text(k.raw) as raw,
    coalesce(f.country, getvariable('region')) as country
from raw_keys as k
inner join folded as f using (record_id)
where k.kind = 'phone' and len(regexp_replace(k.raw, '[^0-9]', '', 'g')) between 5 and 20;
