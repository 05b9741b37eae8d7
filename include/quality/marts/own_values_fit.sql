-- check: own_values_fit
-- severity: warn
-- needs: int_concepts__refused
-- why: A stream the tenant file maps to a concept holds what its mapping cannot take: such values are
--   empty in the marts, records without an identifier are in none. Correct the file or its `concepts`.
select
    concat(
        _feed, '/', source_stream, ' ', coalesce(source_record_id, '(no id)'), ' ',
        coalesce(column_name, ''), ' ', reason
    ) as bad_key
from {int}.int_concepts__refused
