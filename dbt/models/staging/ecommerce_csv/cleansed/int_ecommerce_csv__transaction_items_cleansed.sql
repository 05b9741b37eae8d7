with checked as (
    select * from {{ ref('int_ecommerce_csv__transaction_items_checked') }}
    where reject_reason is null
),

cleansed as (
    select
        transaction_item_id,
        transaction_id,
        product_id,
        quantity,
        unit_price,
        is_deleted,
        _feed,
        _load_id,
        {{ as_money('coalesce(discount_amount, 0)') }} as discount_amount,
        {{
            as_money(
                'coalesce(line_total_amount, quantity * unit_price - coalesce(discount_amount, 0))'
            )
        }} as line_total_amount
    from checked
)

select * from cleansed
