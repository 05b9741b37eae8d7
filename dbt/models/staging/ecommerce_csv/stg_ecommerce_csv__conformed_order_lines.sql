with items as (
    select * from {{ ref('int_ecommerce_csv__transaction_items_cleansed') }}
),

mapped as (
    select
        transaction_item_id as order_line_id,
        transaction_id as order_id,
        product_id,
        quantity,
        unit_price,
        discount_amount,
        is_deleted,
        _feed,
        _load_id,
        null as sku,
        null as product_name,
        null as tax_amount,
        quantity * unit_price as gross_amount
    from items
),

final as (
    {{ conform('order_lines', 'mapped') }}
)

select * from final
