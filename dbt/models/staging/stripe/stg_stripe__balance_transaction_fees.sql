with source as (
    select * from {{ source('stripe', 'balance_transactions__fee_details') }}
),

renamed as (
    select
        -- ids
        _parent_id as balance_transaction_id,
        _position as fee_position,
        -- text
        type as fee_type,
        description as fee_description,
        application as application_id,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('amount', 'currency') }} as fee_amount
    from source
)

select * from renamed
