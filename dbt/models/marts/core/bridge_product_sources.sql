with records as (
    select * from {{ ref('int_products__resolved') }}
),

final as (
    select
        record_id,
        product_id,
        source_connector,
        source_record_id as source_product_id,
        match_reason,
        _feed,
        _load_id,
        {{ as_money('match_confidence', 'quantity') }} as match_confidence
    from records
)

select * from final
