-- A gift card sold is owed to its holder, no sale.
with lines as (
    select * from {{ ref('int_square__lines_untaxed') }}
    where not is_gift_card
),

mapped as (
    select
        order_id,
        variation_id as product_id,
        quantity,
        base_price as unit_price,
        gross_amount,
        discount_amount,
        tax_amount,
        _feed,
        _load_id,
        null as sku,
        false as is_deleted,
        order_id || ':' || coalesce(line_uid, cast(line_position as {{ type_of('text') }}))
            as order_line_id,
        {{ joined_text(' - ', ['item_name', 'variation_name']) }} as product_name
    from lines
),

final as (
    {{ conform('order_lines', 'mapped') }}
)

select * from final
