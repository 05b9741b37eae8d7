with source as (
    select * from {{ source('quickbooks', 'invoices__lines') }}
),

renamed as (
    {{ quickbooks_document_lines('invoice_id') }}
)

select * from renamed
