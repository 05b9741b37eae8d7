-- Whose each record is. Without an answer of identity resolution a record is its own company.
with records as (
    select * from {{ ref('int_companies__unioned') }}
),

resolved as (
    select * from {{ source('identity', 'companies') }}
),

final as (
    select
        records.company_id as record_id,
        records.source_connector,
        records.source_record_id,
        resolved.how as match_reason,
        records._feed,
        records._load_id,
        coalesce(resolved.company_id, records.company_id) as company_id,
        coalesce(resolved.confidence, 1) as match_confidence
    from records
    left join resolved on records.company_id = resolved.record_id
)

select * from final
