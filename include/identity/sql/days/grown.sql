-- One round: whole entities, whole spellings, and what a strong edge leads to.
insert into area
from (
    select r.record_id from resolved as r
    semi join (select e.entity_id from resolved as e semi join area as a using (record_id)) as x using (entity_id)
    union
    select p.record_id from base_profiles as p
    semi join (select q.pid from base_profiles as q semi join area as a using (record_id)) as x using (pid)
    union
    select r.record_id from resolved as r
    semi join (
        select unnest([c.one, c.other]) as entity_id from crossings as c
        where c.one in (select entity_id from resolved semi join area using (record_id))
            or c.other in (select entity_id from resolved semi join area using (record_id))
    ) as x using (entity_id)
)
anti join area using (record_id);
