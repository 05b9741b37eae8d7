-- check: converted_leads_have_contacts
-- severity: warn
-- stream: leads
-- why: A converted lead names a contact that was never read: the run-as user may lack View All.
select leads.id as bad_key
from {schema}.leads as leads
where
    leads._feed = {feed}
    and leads.is_converted
    and leads.converted_contact_id is not null
    and not exists (
        select 1 from {schema}.contacts as contacts
        where contacts._feed = leads._feed and contacts.id = leads.converted_contact_id
    )
