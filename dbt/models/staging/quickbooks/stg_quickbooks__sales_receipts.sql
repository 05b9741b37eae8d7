with source as (
    select * from {{ source('quickbooks', 'sales_receipts') }}
),

renamed as (
    {{ quickbooks_document('sales_receipt_id', ['deposit_account_id']) }}
)

select * from renamed
