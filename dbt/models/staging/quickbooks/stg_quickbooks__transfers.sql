with source as (
    select * from {{ source('quickbooks', 'transfers') }}
),

renamed as (
    select
        -- ids
        id as transfer_id,
        from_account_id,
        to_account_id,
        -- text
        sync_token,
        currency_code,
        private_note,
        -- numbers
        exchange_rate,
        amount,
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
