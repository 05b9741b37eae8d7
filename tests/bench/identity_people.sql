create or replace macro draw(n, salt, size) as (hash(n * 1000003 + salt) % size)::bigint;
create or replace temp table bench_firsts as
    select row_number() over () - 1 as id, word from (
        select distinct word from nick where len(word) > 2 order by word);
create or replace temp table bench_syllables as select unnest(
    ['an','ber','cor','dal','el','far','gan','hol','ing','jor','kel','lam','mon','nor','os','par','quin',
     'ros','sten','tor','und','vik','wel','yar','zim','bra','chan','do','fitz','mac']) as s,
    generate_subscripts(range(30), 1) - 1 as id;
create or replace temp table bench_people as
with numbers as (
    select range as record, draw(range, 1, getvariable('people')) as person, draw(range, 9, 12) as slip,
        draw(range, 7, 3) as has_email, draw(range, 8, 3) as has_phone
    from range(getvariable('start'), getvariable('stop'))
)
select
    n.*,
    f.word as first,
    a.s || b.s || case when draw(person, 6, 2) = 0 then c.s else '' end as last,
    draw(person, 12, 40000)::varchar as house_seed
from numbers as n
inner join bench_firsts as f on f.id = least(draw(person, 2, 1200), draw(person, 22, 1200))
inner join bench_syllables as a on a.id = draw(person, 3, 30)
inner join bench_syllables as b on b.id = draw(person, 4, 30)
inner join bench_syllables as c on c.id = draw(person, 5, 30);
insert into records (record_id, source, name, email, phone, address_line, city, postal_code, country, created_at)
select
    (case record % 3 when 0 then 'shopify' when 1 then 'stripe' else 'attio' end) || ':main:' || record,
    case record % 3 when 0 then 'shopify' when 1 then 'stripe' else 'attio' end,
    case slip when 0 then left(first, 1) || '. ' || last
        when 1 then first || ' ' || left(last, 2) || substr(last, 4)
        when 2 then last || ', ' || first else first || ' ' || last end,
    case when has_email > 0 then first || '.' || last || draw(person, 10, 100000) || '@gmail.com' end,
    case when has_phone > 0 then '(212) ' || (200 + draw(person, 13, 700)) || '-' || lpad(draw(person, 14, 10000)::varchar, 4, '0') end,
    case when slip % 2 = 0 then (1 + draw(person, 15, 999)) || ' ' || last || ' Street' end,
    'City ' || draw(person, 16, 4000),
    lpad(draw(person, 16, 40000)::varchar, 5, '0'),
    'US',
    timestamptz '2026-01-01' + to_seconds(record)
from bench_people;
