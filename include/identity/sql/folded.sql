-- Every record's texts without case and accents; what stands for nothing is null.
create or replace temp table folded as
select
    record_id,
    source,
    plain(fold(name)) as name,
    plain(fold(first_name)) as first_name,
    plain(fold(last_name)) as last_name,
    plain(fold(company_name)) as company,
    -- A book-keeper's address has the town on its second line.
    plain(fold(split_part(trim(address_line), chr(10), 1))) as address_line,
    plain(fold(city)) as city,
    plain(fold(region)) as region,
    -- ZIP+4 names the same place as its ZIP; a spreadsheet has taken the leading zero.
    case
        when regexp_full_match(trim(postal_code), '[0-9]{5}-?[0-9]{4}') then left(trim(postal_code), 5)
        when trim(coalesce(postal_code, '')) = ''
            then nullif(regexp_extract(address_line, '\n.*[^0-9]([0-9]{5})(?:-[0-9]{4})?\s*$', 1), '')
        else nullif(regexp_replace(fold(postal_code), '[^a-z0-9]', '', 'g'), '')
    end as postal,
    case when regexp_full_match(trim(country), '[A-Za-z]{2}') then upper(trim(country)) end as country,
    -- Forms that insist on a birthday get the first choice of the list.
    case when birth_date not in (date '1900-01-01', date '1970-01-01', date '1900-01-02') then birth_date end as birth_date,
    domain
from records;
