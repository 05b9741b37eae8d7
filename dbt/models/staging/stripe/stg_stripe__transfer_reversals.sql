with source as (
    select * from {{ source('stripe', 'transfers__reversals') }}
),

renamed as (
    select
        -- ids
        _parent_id as transfer_id,
        _position as line_position,
        id as transfer_reversal_id,
        balance_transaction as balance_transaction_id,
        source_refund as source_refund_id,
        -- times
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('amount', 'currency') }} as reversed_amount
    from source
)

select * from renamed
