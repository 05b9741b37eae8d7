with folded as (
    select * from {{ ref('int_orders__folded') }}
),

orders as (
    select * from {{ ref('int_orders__unioned') }}
),

final as (
    select
        folded.order_id,
        folded.counted_order_id,
        folded.part_of_order_id,
        orders.source_connector,
        orders.source_record_id as source_order_id,
        folded.source_role,
        folded.fold_rule,
        folded.candidates_count,
        folded.is_ambiguous,
        orders.currency_code,
        orders.total_amount,
        orders.ordered_on,
        orders._feed,
        orders._load_id,
        {{ as_money('folded.fold_confidence', 'quantity') }} as fold_confidence
    from folded
    inner join orders on folded.order_id = orders.order_id
)

select * from final
