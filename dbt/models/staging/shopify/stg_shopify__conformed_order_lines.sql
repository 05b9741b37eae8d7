with lines as (
    select * from {{ ref('int_shopify__lines_untaxed') }}
    where not is_gift_card
),

mapped as (
    select
        line_item_id as order_line_id,
        order_id,
        sku,
        line_item_name as product_name,
        quantity,
        original_unit_price as unit_price,
        gross_amount,
        discount_amount,
        tax_amount,
        _feed,
        _load_id,
        false as is_deleted,
        -- A variant deleted since is null here; the product is then all that is known.
        coalesce(variant_id, product_id) as product_id
    from lines
),

final as (
    {{ conform('order_lines', 'mapped') }}
)

select * from final
