with lines as (
    select * from {{ ref('int_quickbooks_csv__lines_classified') }}
    where line_kind = 'product'
),

mapped as (
    select
        document_key as order_id,
        item_name as product_id,
        line_amount as gross_amount,
        unit_price,
        _feed,
        _load_id,
        null as sku,
        0 as discount_amount,
        null as tax_amount,
        false as is_deleted,
        document_key || '/' || cast(line_position as {{ type_of('text') }}) as order_line_id,
        coalesce(item_name, line_description) as product_name,
        coalesce(quantity, 1) as quantity
    from lines
),

final as (
    {{ conform('order_lines', 'mapped') }}
)

select * from final
