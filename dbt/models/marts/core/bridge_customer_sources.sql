with records as (
    select * from {{ ref('int_customers__resolved') }}
),

final as (
    select
        record_id,
        customer_id,
        source_connector,
        source_record_id as source_customer_id,
        match_reason,
        _feed,
        _load_id,
        {{ as_money('match_confidence', 'quantity') }} as match_confidence
    from records
)

select * from final
