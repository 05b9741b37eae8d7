with source as (
    select * from {{ source('quickbooks_csv', 'invoices') }}
),

renamed as (
    select
        -- ids
        document_key,
        -- text
        document_type,
        document_number,
        customer_name,
        -- numbers
        line_count as lines_count,
        -- times
        transaction_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(total_amount as {{ type_of('amount') }}) as total_amount,
        coalesce(is_customer_deleted, false) as is_customer_deleted,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
