-- The tables the warehouse gets.
insert into pairs
select
    v.left_id,
    v.right_id,
    v.v.score,
    case
        when t.verdict = 'cannot_link' then 'reject'
        when f.why is not null then 'review'
        when v.v.score >= getvariable('accept') and l.cluster = r.cluster then 'accept'
        when v.v.score >= getvariable('accept') then 'review'
        when v.v.score >= getvariable('review') then 'review'
        else 'reject'
    end,
    case when t.verdict = 'cannot_link' then 'override' else v.v.decided_by end,
    case
        when t.verdict = 'cannot_link' then concat_ws('; ', 'a person: ' || t.evidence, nullif(v.v.evidence, ''))
        when f.why is not null then v.v.evidence || '; not joined: ' || f.why
        else v.v.evidence
    end
from voices as v
inner join clusters as l on l.record_id = v.left_id
inner join clusters as r on r.record_id = v.right_id
inner join nodes as ln on ln.record_id = v.left_id
inner join nodes as rn on rn.record_id = v.right_id
left join refused as f on f.lnode = ln.node and f.rnode = rn.node
left join told as t on t.left_id = v.left_id and t.right_id = v.right_id and t.verdict = 'cannot_link';

create or replace temp table support as
select record_id, max(score) as confidence, arg_max(words, row(score, words)) as words
from (
    select left_id as record_id, score, evidence || ' (with `' || right_id || '`)' as words from pairs where band = 'accept'
    union all
    select right_id, score, evidence || ' (with `' || left_id || '`)' from pairs where band = 'accept'
)
group by record_id;

insert into resolved
select
    e.record_id,
    e.entity_id,
    coalesce(s.confidence, 1),
    coalesce(s.words, 'no other record is like it'),
    h.content_hash,
    e.first_seen_at
from entity_of as e
inner join profile_of as p using (record_id)
inner join profile_hashes as h using (pid)
left join support as s using (record_id);
