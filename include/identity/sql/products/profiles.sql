create or replace temp table rarest as
select record_id, sum(bits) as bits, list(word order by bits desc, word)[1:3] as words
from (select record_id, unnest(bones) as word from features)
inner join word_bits using (word)
group by record_id;

create or replace temp table profiles as
select
    p.pid,
    p.rep,
    p.n,
    p.content || '/' || coalesce(r.bits, 0)::integer as content,
    k.* exclude (record_id),
    list_transform(list_filter(k.numbers, lambda n: starts_with(n, 'gtin:')), lambda n: substr(n, 6)) as gtins,
    list_transform(list_filter(k.numbers, lambda n: starts_with(n, 'sku:')), lambda n: substr(n, 5)) as skus,
    r.words as rare_words,
    least(r.bits, 24) as title_bits
from profile_reps as p
inner join keyed as k on k.record_id = p.rep
left join rarest as r on r.record_id = p.rep;
