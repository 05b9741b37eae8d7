with lines as (
    select * from {{ ref('stg_square__order_line_items') }}
),

mapped as (
    select
        order_id,
        variation_id as product_id,
        quantity,
        base_price as unit_price,
        gross_sales_amount as gross_amount,
        discount_amount,
        tax_amount,
        _feed,
        _load_id,
        null as sku,
        false as is_deleted,
        order_id || ':' || line_uid as order_line_id,
        {{ joined_text(' - ', ['item_name', 'variation_name']) }} as product_name
    from lines
),

final as (
    {{ conform('order_lines', 'mapped') }}
)

select * from final
