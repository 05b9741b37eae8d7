with lines as (
    select * from {{ ref('stg_shopify__order_lines') }}
),

mapped as (
    select
        line_item_id as order_line_id,
        order_id,
        sku,
        line_item_name as product_name,
        quantity,
        original_unit_price as unit_price,
        original_total_amount as gross_amount,
        _feed,
        _load_id,
        null as tax_amount,
        false as is_deleted,
        -- A variant deleted since is null here; the product is then all that is known.
        coalesce(variant_id, product_id) as product_id,
        -- Order-level discounts are spread over the lines only in the discounted total.
        original_total_amount - discounted_total_amount as discount_amount
    from lines
),

final as (
    {{ conform('order_lines', 'mapped') }}
)

select * from final
