with source as (
    select * from {{ source('quickbooks', 'refund_receipts') }}
),

renamed as (
    {{ quickbooks_document('refund_receipt_id', ['deposit_account_id']) }}
)

select * from renamed
