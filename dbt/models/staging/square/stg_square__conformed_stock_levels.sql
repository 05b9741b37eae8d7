-- What can be sold; waste and goods on their way are other states of a count.
with counts as (
    select * from {{ ref('stg_square__inventory_counts') }}
    where inventory_state = 'IN_STOCK'
),

locations as (
    select * from {{ ref('stg_square__locations') }}
),

mapped as (
    select
        counts.variation_id as product_id,
        counts.location_id,
        locations.location_name,
        counts.quantity as on_hand_quantity,
        counts.quantity as available_quantity,
        counts.calculated_at as counted_at,
        counts.is_deleted,
        counts._feed,
        counts._load_id,
        counts.variation_id || '/' || counts.location_id as stock_level_id
    from counts
    left join locations
        on
            counts._feed = locations._feed
            and counts.location_id = locations.location_id
),

final as (
    {{ conform('stock_levels', 'mapped') }}
)

select * from final
