with source as (
    select * from {{ source('quickbooks', 'credit_memos') }}
),

renamed as (
    {{ quickbooks_document('credit_memo_id') }}
)

select * from renamed
