with source as (
    select * from {{ source('quickbooks', 'sales_receipts__lines') }}
),

renamed as (
    {{ quickbooks_document_lines('sales_receipt_id') }}
)

select * from renamed
