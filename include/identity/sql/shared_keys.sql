-- A key of many differently named records is nobody's: a front desk, info@, a marketplace, a placeholder.
-- Names are counted by their initials: typing mistakes and nicknames of one person hardly change them.
create or replace temp table key_spread as
select
    k.kind,
    k.value,
    count(*) as records,
    count(distinct f.initials) as names,
    count(f.initials) as named
from all_keys as k
inner join features as f using (record_id)
group by all;

create or replace temp table key_treatment as
select
    *,
    case
        when names >= getvariable('max_names') then 'ignored'
        when names > 1 and kind in ('email', 'domain') and regexp_full_match(
            split_part(value, '@', 1),
            'info|office|sales|contact|hello|support|admin|billing|accounts?|invoices?|orders?|mail|team|kontakt|buchhaltung|rechnung'
            || '|contacto|ventas|reception|service|help|hr|jobs|marketing|accounting|ap|purchasing|shop|store|webmaster|postmaster'
        ) then 'ignored'
        when named = 0 and records > getvariable('max_cluster') then 'ignored'
        when names > 1 then 'weakened'
        else 'trusted'
    end as treatment
from key_spread
where records > 1;

insert into shared_keys
select
    kind,
    value,
    records,
    names,
    treatment,
    case
        when treatment = 'weakened' then 'borne by ' || names || ' differently named, as in a household: names decide'
        when named = 0 then 'on ' || records || ' records, none of them named'
        else 'on ' || records || ' records with ' || names || ' or more different names'
    end
from key_treatment
where treatment <> 'trusted';
