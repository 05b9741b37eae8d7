create or replace temp table all_keys as
select distinct record_id, kind, value
from (
    select record_id, kind, email_of(raw) as value from raw_keys where kind = 'email'
    union all
    select k.record_id, 'phone', p.e164
    from raw_keys as k
    inner join folded as f using (record_id)
    inner join phones as p
        on p.raw = trim(regexp_replace(lower(k.raw), '(;ext=|\s*(ext|extension|x|durchwahl|poste)[.:\s]*)[0-9]{1,6}\s*$', ''))
        and p.country = coalesce(f.country, getvariable('region'))
    where k.kind = 'phone'
    union all
    select record_id, kind, nullif(regexp_replace(fold(raw), '[^a-z0-9]', '', 'g'), '')
    from raw_keys where kind not in ('email', 'phone', 'domain')
)
where value is not null;
