-- What the matching reads, of the area alone.
create or replace temp table area_known as
select record_id, entity_id, content_hash, first_seen_at from resolved semi join area using (record_id);
create or replace temp table area_known_pairs as
from pairs where left_id in (from area) and right_id in (from area);
create or replace temp table area_known_aliases as
from aliases;
create or replace temp table area_records as
from records semi join area using (record_id);
create or replace temp table known_ids as select distinct entity_id from resolved;
