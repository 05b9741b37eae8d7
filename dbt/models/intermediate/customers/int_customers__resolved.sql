-- Whose each record is. Without an answer of identity resolution a record is its own person.
with records as (
    select * from {{ ref('int_customers__gathered') }}
),

resolved as (
    select * from {{ source('identity', 'people') }}
),

final as (
    select
        records.customer_id as record_id,
        records.source_connector,
        records.source_record_id,
        resolved.how as match_reason,
        records._feed,
        records._load_id,
        coalesce(resolved.person_id, records.customer_id) as customer_id,
        coalesce(resolved.confidence, 1) as match_confidence
    from records
    left join resolved on records.customer_id = resolved.record_id
)

select * from final
