with source as (
    select * from {{ source('quickbooks', 'bills') }}
),

renamed as (
    select
        -- ids
        id as bill_id,
        vendor_id,
        payable_account_id,
        -- text
        sync_token,
        document_number,
        currency_code,
        -- numbers
        total_amount,
        balance,
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
-- generated from connector.yaml 9f65528cf436; edit freely, edited files are kept
