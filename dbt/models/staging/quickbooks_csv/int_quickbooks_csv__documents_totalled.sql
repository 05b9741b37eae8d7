-- Invoices and sales receipts with their amounts summed from the lines by kind.
with lines as (
    select * from {{ ref('int_quickbooks_csv__lines_classified') }}
),

invoices as (
    select
        *,
        'invoiced' as order_status
    from {{ ref('stg_quickbooks_csv__invoices') }}
),

receipts as (
    select
        *,
        'paid' as order_status
    from {{ ref('stg_quickbooks_csv__sales_receipts') }}
),

documents as (
    select * from invoices
    union all
    select * from receipts
),

sums as (
    select
        _feed,
        document_key,
        sum(case when line_kind = 'product' then line_amount else 0 end) as gross_amount,
        sum(case when line_kind = 'discount' then -line_amount else 0 end) as discount_amount,
        sum(case when line_kind = 'tax' then line_amount else 0 end) as tax_amount,
        sum(case when line_kind = 'shipping' then line_amount else 0 end) as shipping_amount
    from lines
    group by _feed, document_key
),

totalled as (
    select
        documents.document_key,
        documents.document_number,
        documents.customer_name,
        documents.order_status,
        documents.total_amount,
        documents.is_deleted,
        documents.transaction_on,
        documents._feed,
        documents._load_id,
        {{ as_money('coalesce(sums.gross_amount, 0)') }} as gross_amount,
        {{ as_money('coalesce(sums.discount_amount, 0)') }} as discount_amount,
        {{ as_money('coalesce(sums.tax_amount, 0)') }} as tax_amount,
        {{ as_money('coalesce(sums.shipping_amount, 0)') }} as shipping_amount
    from documents
    left join sums
        on
            documents._feed = sums._feed
            and documents.document_key = sums.document_key
)

select * from totalled
