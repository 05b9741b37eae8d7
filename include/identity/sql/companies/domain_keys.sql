insert into all_keys
select distinct r.record_id, 'domain', d.domain
from domain_raw as r
inner join domains as d using (raw)
where d.domain is not null;

-- A mailbox is a person's, not its company's.
delete from all_keys where kind = 'email';
