create or replace temp table all_keys as
with mailboxes as (
    select record_id, split_part(address, '@', 1) as name, split_part(address, '@', 2) as host
    from (select record_id, email_text(raw) as address from raw_keys where kind = 'email')
    where address <> ''
)
select distinct record_id, kind, value
from (
    select record_id, 'email' as kind, email_local(name, host) || '@' || email_domain(host) as value
    from mailboxes where not is_email_placeholder(name, host)
    union all
    select k.record_id, 'phone', p.e164
    from raw_keys as k
    inner join folded as f using (record_id)
    inner join phones as p
        on p.raw = phone_text(k.raw)
        and p.country = coalesce(f.country, getvariable('region'))
    where k.kind = 'phone'
    union all
    select record_id, kind, nullif(regexp_replace(fold(raw), '[^a-z0-9]', '', 'g'), '')
    from raw_keys where kind not in ('email', 'phone', 'domain')
)
where value is not null;
