with source as (
    select * from {{ source('quickbooks', 'refund_receipts__lines') }}
),

renamed as (
    {{ quickbooks_document_lines('refund_receipt_id') }}
)

select * from renamed
