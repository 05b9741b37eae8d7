{{ config(alias='stock_differences') }}

with differences as (
    select * from {{ ref('agg_stock_differences') }}
),

final as (
    select
        compared_id as product_id,
        source_connector as source_system,
        other_connector as other_system,
        on_hand_quantity as on_hand,
        other_quantity as other_on_hand,
        difference_quantity as difference,
        is_different,
        age_days as days_since_change
    from differences
)

select * from final
