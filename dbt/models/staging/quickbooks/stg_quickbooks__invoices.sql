with source as (
    select * from {{ source('quickbooks', 'invoices') }}
),

renamed as (
    select
        -- ids
        id as invoice_id,
        customer_id,
        -- text
        sync_token,
        document_number,
        currency_code,
        tax_calculation,
        private_note,
        email_status,
        -- numbers
        exchange_rate,
        total_amount,
        home_total_amount,
        balance,
        tax_amount,
        -- times
        created_at,
        updated_at,
        transaction_on,
        due_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
-- generated from connector.yaml 766764f6067b; edit freely, edited files are kept
