with source as (
    select * from {{ source('quickbooks', 'vendor_credits') }}
),

renamed as (
    select
        -- ids
        id as vendor_credit_id,
        vendor_id,
        payable_account_id,
        -- text
        sync_token,
        document_number,
        currency_code,
        -- numbers
        exchange_rate,
        total_amount,
        balance,
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
