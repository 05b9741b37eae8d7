create or replace temp table rarest as
select record_id, sum(bits) as bits, arg_max(word, row(bits, word)) as word
from (select record_id, unnest(title_words) as word from features)
inner join word_bits using (word)
group by record_id;

create or replace temp table profiles as
select
    p.pid,
    p.rep,
    p.n,
    p.content || '/' || coalesce(r.bits, 0)::integer as content,
    k.* exclude (record_id),
    r.word as rare_word,
    least(r.bits, 18) as title_bits
from profile_reps as p
inner join keyed as k on k.record_id = p.rep
left join rarest as r on r.record_id = p.rep;
