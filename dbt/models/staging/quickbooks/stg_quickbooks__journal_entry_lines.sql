with source as (
    select * from {{ source('quickbooks', 'journal_entries__lines') }}
),

renamed as (
    select
        -- ids
        _parent_id as journal_entry_id,
        _position as line_position,
        id as line_id,
        account_id,
        entity_id,
        -- text
        description,
        posting_type,
        entity_type,
        -- numbers
        amount,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
-- generated from connector.yaml de204426485e; edit freely, edited files are kept
