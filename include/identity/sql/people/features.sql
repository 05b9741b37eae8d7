-- One row a record: what is compared between people. `folded` was made before (texts without case and accents).
create or replace temp table features as
with named as (
    select
        *,
        case
            when first_name is not null and last_name is not null then null
            else name_words(name_order(coalesce(name, concat_ws(' ', first_name, last_name))))
        end as w
    from folded
), parts as (
    select
        *,
        case when w is null then name_words(first_name) else w[1:family_at(w) - 1] end as given,
        case when w is null then name_words(last_name) else w[family_at(w):] end as family
    from named
), tidied as (
    select
        * exclude (w),
        case when len(given) > 0 then given[1] end as first,
        case when len(given) > 1 then array_to_string(given[2:], ' ') end as middle,
        case when len(family) > 0 then array_to_string(family, ' ') end as last,
        street_words(address_line) as street_parts
    from parts
)
select
    t.record_id,
    t.first,
    t.middle,
    t.last,
    coalesce(n.roots, case when t.first is not null then [t.first] end) as roots,
    t.family as family_parts,
    house_number(t.street_parts) as house,
    nullif(street_name(t.street_parts), '') as street,
    t.city,
    t.region,
    t.postal,
    t.birth_date as birth,
    t.company,
    -- Swapped names have the same initials; half a name says nothing of whose a key is.
    case when t.first is not null and t.last is not null then
        least(left(coalesce(n.main, t.first), 1), left(t.last, 1)) || greatest(left(coalesce(n.main, t.first), 1), left(t.last, 1))
    end as initials
from tidied as t
left join nick as n on n.word = t.first;
