with source as (
    select * from {{ source('quickbooks', 'bill_payments__lines') }}
),

renamed as (
    select
        -- ids
        _parent_id as bill_payment_id,
        _position as line_position,
        linked_transaction_id,
        -- text
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
