with source as (
    select * from {{ source('quickbooks', 'estimates__lines') }}
),

renamed as (
    {{ quickbooks_document_lines('estimate_id') }}
)

select * from renamed
