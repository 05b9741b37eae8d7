with source as (
    select * from {{ source('quickbooks', 'credit_memos') }}
),

renamed as (
    select
        -- ids
        id as credit_memo_id,
        customer_id,
        -- text
        sync_token,
        document_number,
        currency_code,
        private_note,
        -- numbers
        exchange_rate,
        total_amount,
        balance,
        tax_amount,
        -- times
        created_at,
        updated_at,
        transaction_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
-- generated from connector.yaml 8e1acbc6a0d1; edit freely, edited files are kept
