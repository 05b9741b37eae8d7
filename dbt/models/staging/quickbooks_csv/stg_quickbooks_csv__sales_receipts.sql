with source as (
    select * from {{ source('quickbooks_csv', 'sales_receipts') }}
),

renamed as (
    {{ quickbooks_csv_document() }}
)

select * from renamed
