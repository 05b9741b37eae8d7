-- Lines of invoices that are sales; a credit note's and a draft's are left out.
with lines as (
    select * from {{ ref('stg_erpnext__sales_invoice_items') }}
),

invoices as (
    select * from {{ ref('stg_erpnext__sales_invoices') }}
    where not is_draft and not is_return and not is_opening
),

selected as (
    select
        lines.line_id,
        lines.sales_invoice_id,
        lines.item_id,
        lines.item_name,
        lines.quantity,
        lines.unit_price,
        lines.net_amount,
        lines._feed,
        lines._load_id,
        invoices.is_deleted
    from lines
    inner join invoices
        on
            lines._feed = invoices._feed
            and lines.sales_invoice_id = invoices.sales_invoice_id
)

select * from selected
