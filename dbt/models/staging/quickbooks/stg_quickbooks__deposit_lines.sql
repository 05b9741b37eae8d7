with source as (
    select * from {{ source('quickbooks', 'deposits__lines') }}
),

renamed as (
    select
        -- ids
        _parent_id as deposit_id,
        _position as line_position,
        id as line_id,
        account_id,
        linked_transaction_id,
        -- text
        detail_type,
        description,
        linked_transaction_type,
        linked_transactions,
        -- numbers
        amount,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
