with source as (
    select * from {{ source('quickbooks_csv', 'invoices') }}
),

renamed as (
    {{ quickbooks_csv_document() }}
)

select * from renamed
