with source as (
    select * from {{ source('quickbooks', 'purchases') }}
),

renamed as (
    select
        -- ids
        id as purchase_id,
        account_id,
        payee_id,
        -- text
        sync_token,
        document_number,
        payment_type,
        payee_type,
        currency_code,
        private_note,
        -- numbers
        exchange_rate,
        total_amount,
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
        coalesce(is_credit, false) as is_credit,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
