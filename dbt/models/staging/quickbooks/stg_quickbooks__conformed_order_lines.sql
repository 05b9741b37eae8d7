-- A discount stands on a line of its own: it is spread over the goods above it, to the cent.
with lines as (
    select * from {{ ref('int_quickbooks__lines_classified') }}
    where line_kind = 'product'
),

documents as (
    select * from {{ ref('int_quickbooks__documents_totalled') }}
    where entity in ('Invoice', 'SalesReceipt')
),

discounted as (
    select
        lines.*,
        documents.currency_code,
        documents.is_deleted,
        documents.discount_amount as document_discount_amount,
        case when lines.line_amount > 0 then lines.line_amount else 0 end as weight
    from lines
    inner join documents
        on lines.document_key = documents.document_key and lines._feed = documents._feed
),

spread as (
    {{ spread(
        'discounted', 'discount_amount', 'document_discount_amount', 'weight',
        ['_feed', 'document_key'], 'line_position'
    ) }}
),

mapped as (
    select
        document_key as order_id,
        item_id as product_id,
        sku,
        product_name,
        unit_price,
        line_amount as gross_amount,
        discount_amount,
        is_deleted,
        _feed,
        _load_id,
        null as tax_amount,
        document_key || '/' || cast(line_position as {{ type_of('text') }}) as order_line_id,
        coalesce(quantity, 1) as quantity
    from spread
),

final as (
    {{ conform('order_lines', 'mapped') }}
)

select * from final
