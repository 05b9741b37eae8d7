-- What speaks for two records being one, strongest first: a person, a vendor's link, a key, the model.
create or replace temp table nodes as
select record_id, pid, (row_number() over (order by record_id) - 1)::integer as node
from profile_of;

-- Of a pair the last word counts; of two at one moment the one that parts.
create or replace temp table told as
select
    least(left_id, right_id) as left_id,
    greatest(left_id, right_id) as right_id,
    verdict,
    concat_ws(' ', who, strftime("at", '%Y-%m-%d'), why) as evidence
from overrides
where left_id <> right_id and verdict in ('must_link', 'cannot_link')
qualify row_number() over (
    partition by least(left_id, right_id), greatest(left_id, right_id)
    order by "at" desc nulls last, verdict, who, why
) = 1;

insert into warnings
select 'The override ' || verdict || ' `' || left_id || '`, `' || right_id || '` names a record that is not there: `'
    || id || '`. It waits until the record comes.'
from (select *, unnest([left_id, right_id]) as id from told)
where id not in (select record_id from nodes);

create or replace temp table record_pairs as
select left_id, right_id, 1.0::double as score, 0 as rank, 'override' as decided_by, 'a person: ' || evidence as evidence
from told where verdict = 'must_link'
union all
select left_id, right_id, 0.0, 3, 'override', '' from told where verdict = 'cannot_link'
union all
select left_id, right_id, 0.999, 1, 'link', min(rule)
from usable_links group by 1, 2
union all
select least(l.rep, r.rep), greatest(l.rep, r.rep), p.score, 2, p.decided_by, p.evidence
from profile_pairs as p
inner join profiles as l on l.pid = p.lpid
inner join profiles as r on r.pid = p.rpid
where p.lpid <> p.rpid
union all
-- Records of one spelling hang on its first one.
select l.rep, o.record_id, p.score, 2, p.decided_by, p.evidence
from profile_pairs as p
inner join profiles as l on l.pid = p.lpid
inner join profile_of as o on o.pid = p.lpid and o.record_id <> l.rep
where p.lpid = p.rpid;

-- One verdict a pair: the strongest voice.
create or replace temp table voices as
select left_id, right_id, arg_min(v, rank) as v
from (select left_id, right_id, rank, struct_pack(score, rank, decided_by, evidence) as v from record_pairs)
group by left_id, right_id;

create or replace temp table edges as
select l.node as lnode, r.node as rnode, v.v.rank as rank, v.v.score as score
from voices as v
inner join nodes as l on l.record_id = v.left_id
inner join nodes as r on r.record_id = v.right_id
where v.v.score >= getvariable('accept')
order by rank, score desc, lnode, rnode;
