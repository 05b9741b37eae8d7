-- Every two sources that count one product; where one counts variants and the other the whole,
-- their families instead.
with levels as (
    select * from {{ ref('fct_stock_levels') }}
    where not is_deleted and on_hand_quantity is not null
),

by_product as (
    select
        product_id,
        family_id,
        source_connector,
        _feed,
        {{ as_money('sum(on_hand_quantity)', 'quantity') }} as on_hand_quantity,
        max(counted_at) as counted_at
    from levels
    group by product_id, family_id, source_connector, _feed
),

by_family as (
    select
        family_id,
        source_connector,
        _feed,
        {{ as_money('sum(on_hand_quantity)', 'quantity') }} as on_hand_quantity,
        max(counted_at) as counted_at
    from by_product
    group by family_id, source_connector, _feed
),

product_pairs as (
    select
        'product' as compared_by,
        one.product_id as compared_id,
        one.family_id,
        one.source_connector,
        one._feed,
        other.source_connector as other_connector,
        other._feed as other_feed,
        one.on_hand_quantity,
        other.on_hand_quantity as other_quantity,
        one.counted_at,
        other.counted_at as other_counted_at
    from by_product as one
    inner join by_product as other
        on
            one.product_id = other.product_id
            and one.source_connector || ':' || one._feed
            < other.source_connector || ':' || other._feed
),

met as (
    select distinct
        family_id,
        _feed,
        source_connector,
        other_connector,
        other_feed
    from product_pairs
),

family_pairs as (
    select
        'family' as compared_by,
        one.family_id as compared_id,
        one.family_id,
        one.source_connector,
        one._feed,
        other.source_connector as other_connector,
        other._feed as other_feed,
        one.on_hand_quantity,
        other.on_hand_quantity as other_quantity,
        one.counted_at,
        other.counted_at as other_counted_at
    from by_family as one
    inner join by_family as other
        on
            one.family_id = other.family_id
            and one.source_connector || ':' || one._feed
            < other.source_connector || ':' || other._feed
    left join met
        on
            one.family_id = met.family_id
            and one.source_connector = met.source_connector
            and one._feed = met._feed
            and other.source_connector = met.other_connector
            and other._feed = met.other_feed
    where met.family_id is null
),

pairs as (
    select * from product_pairs
    union all
    select * from family_pairs
),

final as (
    select * from pairs
)

select * from final
