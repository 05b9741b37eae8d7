with source as (
    select * from {{ source('quickbooks', 'credit_memos__lines') }}
),

renamed as (
    {{ quickbooks_document_lines('credit_memo_id') }}
)

select * from renamed
