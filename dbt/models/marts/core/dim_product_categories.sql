-- Every feed's words for a category beside the words of the feed that files most: where products of
-- both are the same, their categories are. A name that the tenant has given stands above that.
with filed as (
    select * from {{ ref('int_products__categorised') }}
),

words as (
    select
        source_connector,
        _feed,
        category,
        count(*) as products_count
    from filed
    group by source_connector, _feed, category
),

feeds as (
    select
        source_connector,
        _feed,
        row_number() over (
            order by sum(products_count) desc, source_connector asc, _feed asc
        ) as feed_rank
    from words
    group by source_connector, _feed
),

foremost as (
    select
        filed.family_id,
        filed.category
    from filed
    inner join feeds
        on
            filed.source_connector = feeds.source_connector
            and filed._feed = feeds._feed
            and feeds.feed_rank = 1
),

shared as (
    select
        filed.source_connector,
        filed._feed,
        filed.category,
        foremost.category as other_category,
        count(*) as shared_count
    from filed
    inner join foremost on filed.family_id = foremost.family_id
    group by filed.source_connector, filed._feed, filed.category, foremost.category
),

ranked as (
    select
        *,
        sum(shared_count) over (
            partition by source_connector, _feed, category
        ) as all_shared_count,
        row_number() over (
            partition by source_connector, _feed, category
            order by shared_count desc, other_category asc
        ) as category_rank
    from shared
),

named as (
    select * from {{ source('identity', 'categories') }}
),

final as (
    select
        {{ hash_key(['words.source_connector', 'words._feed', 'words.category']) }}
            as product_category_key,
        words.source_connector,
        words._feed,
        words.category as source_category,
        coalesce(named.category, ranked.other_category, words.category) as category,
        case when named.category is null then 'suggestion' else 'tenant' end as decided_by,
        {{ as_money(
            'case when named.category is null '
            ~ 'then coalesce(ranked.shared_count / cast(ranked.all_shared_count as numeric), 0) '
            ~ 'else 1 end',
            'quantity'
        ) }} as confidence,
        ranked.other_category as suggested_category,
        {{ as_money(
            'coalesce(ranked.shared_count / cast(ranked.all_shared_count as numeric), 0)', 'quantity'
        ) }} as suggested_confidence,
        words.products_count,
        coalesce(ranked.shared_count, 0) as shared_products_count
    from words
    left join ranked
        on
            words.source_connector = ranked.source_connector
            and words._feed = ranked._feed
            and words.category = ranked.category
            and ranked.category_rank = 1
    left join named
        on
            words.source_connector = named.source_connector
            and words._feed = named.feed
            and words.category = named.source_category
)

select * from final
