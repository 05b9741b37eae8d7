-- Whose each record is. Without an answer of identity resolution a record is its own product.
with records as (
    select * from {{ ref('int_products__unioned') }}
),

resolved as (
    select * from {{ source('identity', 'products') }}
),

final as (
    select
        records.product_id as record_id,
        records.source_connector,
        records.source_record_id,
        resolved.how as match_reason,
        records._feed,
        records._load_id,
        coalesce(resolved.product_id, records.product_id) as product_id,
        coalesce(resolved.confidence, 1) as match_confidence
    from records
    left join resolved on records.product_id = resolved.record_id
)

select * from final
