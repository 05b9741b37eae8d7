with source as (
    select * from {{ source('quickbooks', 'deposits') }}
),

renamed as (
    select
        -- ids
        id as deposit_id,
        deposit_account_id,
        -- text
        sync_token,
        document_number,
        currency_code,
        private_note,
        -- numbers
        exchange_rate,
        total_amount,
        cash_back_amount,
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
