with source as (
    select * from {{ source('quickbooks_csv', 'sales_receipts__lines') }}
),

renamed as (
    {{ quickbooks_csv_document_lines() }}
)

select * from renamed
