with source as (
    select * from {{ source('quickbooks_csv', 'credit_memos') }}
),

renamed as (
    {{ quickbooks_csv_document() }}
)

select * from renamed
