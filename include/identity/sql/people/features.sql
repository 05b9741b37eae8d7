-- One row a record: what is compared between people. `folded` was made before (texts without case and accents).
-- A customer may be a company: a name with a legal form, or one that repeats the company's, is no person's name,
-- nor is a job of QuickBooks, `Granite Supply LLC:Warehouse`.
create or replace temp table features as
with worded as (
    select
        *,
        case
            when first_name is not null and last_name is not null then null
            else name_words(name_order(coalesce(name, concat_ws(' ', first_name, last_name))))
        end as w,
        words(case
            when first_name is not null and last_name is not null then concat_ws(' ', first_name, last_name)
            else coalesce(name, first_name, last_name)
        end) as full_words,
        words(company) as company_words
    from folded
), judged as (
    select
        *,
        list_filter(full_words, lambda x: not list_contains(forms, x)) as full_core,
        list_filter(company_words, lambda x: not list_contains(forms, x)) as company_core
    from worded, (select list(word) as forms from legal_forms)
), told as (
    select
        *,
        coalesce(starts_with(name, company || ':'), false) as is_job,
        is_job or len(full_words) > 1
        and (is_legal_form(full_words[len(full_words)]) or coalesce(full_core = company_core, false)) as is_company
    from judged
), parts as (
    select
        *,
        case when is_company then null when w is null then name_words(first_name) else w[1:family_at(w) - 1] end as given,
        case when is_company then null when w is null then name_words(last_name) else w[family_at(w):] end as family
    from told
), tidied as (
    select
        record_id,
        case when len(given) > 0 then replace(given[1], '-', '') end as first,
        case when len(given) > 1 then replace(array_to_string(given[2:], ''), '-', '') end as middle,
        case when len(family) > 0 then replace(array_to_string(family, ' '), '-', ' ') end as last,
        words(array_to_string(family, ' ')) as family,
        -- A household's account is named after its people.
        case when is_company or not list_contains(company_core, 'household')
            then nullif(array_to_string(case when is_company and not is_job then full_core else company_core end, ' '), '') end as company,
        street_words(address_line) as street_parts,
        city,
        postal,
        birth_date
    from parts
)
select
    t.record_id,
    t.first,
    t.middle,
    t.last,
    coalesce(n.roots, case when t.first is not null then [t.first] end) as roots,
    l.roots as last_roots,
    t.family as family_parts,
    house_number(t.street_parts) as house,
    nullif(street_name(t.street_parts), '') as street,
    t.city,
    t.postal,
    t.birth_date as birth,
    t.company,
    nullif(concat_ws(' ', t.first, t.middle, t.last), '') as full_name,
    -- Swapped names have the same initials; half a name says nothing of whose a key is.
    case
        when t.first is not null and t.last is not null then
            least(left(coalesce(n.main, t.first), 1), left(coalesce(l.main, t.last), 1))
            || greatest(left(coalesce(n.main, t.first), 1), left(coalesce(l.main, t.last), 1))
        when t.first is null and t.last is null then
            least(left(t.company, 1), left(split_part(t.company, ' ', -1), 1))
            || greatest(left(t.company, 1), left(split_part(t.company, ' ', -1), 1))
    end as initials
from tidied as t
left join nick as n on n.word = t.first
left join nick as l on l.word = t.last;
