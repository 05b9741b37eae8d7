-- A discount stands on a line of its own: it is spread over the goods of its document, to the cent.
with lines as (
    select * from {{ ref('int_quickbooks_csv__lines_classified') }}
    where line_kind = 'product'
),

documents as (
    select * from {{ ref('int_quickbooks_csv__documents_totalled') }}
),

discounted as (
    select
        lines.*,
        documents.is_deleted,
        documents.discount_amount as document_discount_amount,
        '{{ var("tenant_currency") }}' as currency_code
    from lines
    inner join documents
        on lines.document_key = documents.document_key and lines._feed = documents._feed
),

spread as (
    {{ spread(
        'discounted', 'discount_amount', 'document_discount_amount', 'line_amount',
        ['_feed', 'document_key'], 'line_position'
    ) }}
),

mapped as (
    select
        document_key as order_id,
        item_name as product_id,
        line_amount as gross_amount,
        discount_amount,
        unit_price,
        is_deleted,
        _feed,
        _load_id,
        null as sku,
        null as tax_amount,
        document_key || '/' || cast(line_position as {{ type_of('text') }}) as order_line_id,
        coalesce(item_name, line_description) as product_name,
        coalesce(quantity, 1) as quantity
    from spread
),

final as (
    {{ conform('order_lines', 'mapped') }}
)

select * from final
