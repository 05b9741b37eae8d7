-- A record with all that its source says of it, as one number: a day's news are those whose number changed.
create or replace temp table said_now as
select r.record_id, md5_number(r::varchar || coalesce(k.said, '')) as said
from records as r
left join (
    select record_id, string_agg(hash(key_kind, value)::varchar, ',' order by hash(key_kind, value)) as said
    from record_keys group by record_id
) as k using (record_id);
