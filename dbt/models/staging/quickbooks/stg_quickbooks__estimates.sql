with source as (
    select * from {{ source('quickbooks', 'estimates') }}
),

renamed as (
    select
        -- ids
        id as estimate_id,
        customer_id,
        -- text
        sync_token,
        document_number,
        status as estimate_status,
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
        expires_on,
        accepted_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
