with source as (
    select * from {{ source('quickbooks', 'payments') }}
),

renamed as (
    select
        -- ids
        id as payment_id,
        customer_id,
        deposit_account_id,
        -- text
        sync_token,
        currency_code,
        -- numbers
        exchange_rate,
        total_amount,
        unapplied_amount,
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
-- generated from connector.yaml 297999308b98; edit freely, edited files are kept
