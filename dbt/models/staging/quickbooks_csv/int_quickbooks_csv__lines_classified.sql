-- A sales report has one kind of line. What is no product shows by its name or by its sign.
with invoice_lines as (
    select * from {{ ref('stg_quickbooks_csv__invoice_lines') }}
),

receipt_lines as (
    select * from {{ ref('stg_quickbooks_csv__sales_receipt_lines') }}
),

unioned as (
    select * from invoice_lines
    union all
    select * from receipt_lines
),

classified as (
    select
        document_key,
        line_position,
        item_name,
        line_description,
        quantity,
        unit_price,
        line_amount,
        _feed,
        _load_id,
        case
            when lower(coalesce(item_name, line_description)) like '%shipping%' then 'shipping'
            when lower(coalesce(item_name, line_description)) like 'sales tax%' then 'tax'
            when line_amount < 0 then 'discount'
            else 'product'
        end as line_kind
    from unioned
)

select * from classified
