-- One row a record: what is compared between companies. The name without its legal form.
create or replace temp table features as
with tidied as (
    select *, words(replace(coalesce(company, name), '&', ' and ')) as w, street_words(address_line) as street_parts
    from folded
), bare as (
    select
        t.* exclude (street_parts), street_parts,
        -- 'The' and legal forms say nothing of who it is; a name of nothing else stays.
        list_filter(w, lambda x: x not in ('the', 'and', 'und', 'et', 'y') and not list_contains(forms, x)) as core
    from tidied as t, (select list(word) as forms from legal_forms)
)
select
    record_id,
    case when len(core) > 0 then array_to_string(core, ' ') when len(w) > 0 then array_to_string(w, ' ') end as title,
    case when len(core) > 0 then list_sort(list_distinct(core)) when len(w) > 0 then list_sort(list_distinct(w)) end as title_words,
    house_number(street_parts) as house,
    nullif(street_name(street_parts), '') as street,
    city,
    region,
    postal,
    case when len(core) > 0 then left(core[1], 4) end as initials
from bare;
