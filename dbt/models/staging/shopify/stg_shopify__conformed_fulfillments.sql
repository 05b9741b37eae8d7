with fulfillments as (
    select * from {{ ref('stg_shopify__fulfillments') }}
),

mapped as (
    select
        fulfillment_id,
        order_id,
        location_id,
        pieces_count,
        created_at as shipped_at,
        delivered_at,
        _feed,
        _load_id,
        lower(fulfillment_status) as fulfillment_status
    from fulfillments
),

final as (
    {{ conform('fulfillments', 'mapped') }}
)

select * from final
