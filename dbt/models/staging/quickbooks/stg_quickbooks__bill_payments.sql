with source as (
    select * from {{ source('quickbooks', 'bill_payments') }}
),

renamed as (
    select
        -- ids
        id as bill_payment_id,
        vendor_id,
        bank_account_id,
        card_account_id,
        -- text
        sync_token,
        document_number,
        payment_type,
        currency_code,
        -- numbers
        exchange_rate,
        total_amount,
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
