with source as (
    select * from {{ source('quickbooks', 'journal_entries') }}
),

renamed as (
    select
        -- ids
        id as journal_entry_id,
        -- text
        sync_token,
        document_number,
        private_note,
        currency_code,
        -- booleans
        is_adjustment,
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
-- generated from connector.yaml f4debecbd714; edit freely, edited files are kept
