-- Two sources, one product: how far apart their stock is, and since when it can be.
with pairs as (
    select * from {{ ref('int_stock_levels__paired') }}
),

newest as (
    select max(counted_at) as counted_at
    from {{ ref('fct_stock_levels') }}
    where not is_deleted
),

dated as (
    select
        pairs.*,
        {{ later_of('pairs.counted_at', 'pairs.other_counted_at') }} as unchanged_since_at,
        newest.counted_at as newest_at
    from pairs
    cross join newest
),

final as (
    select
        {{ hash_key([
            'compared_id', 'source_connector', '_feed', 'other_connector', 'other_feed'
        ]) }} as stock_difference_key,
        compared_by,
        compared_id,
        family_id,
        source_connector,
        _feed,
        other_connector,
        other_feed,
        on_hand_quantity,
        other_quantity,
        {{ as_money('on_hand_quantity - other_quantity', 'quantity') }} as difference_quantity,
        on_hand_quantity <> other_quantity as is_different,
        counted_at,
        other_counted_at,
        unchanged_since_at,
        {{ days_between(local_date('unchanged_since_at'), local_date('newest_at')) }} as age_days
    from dated
)

select * from final
