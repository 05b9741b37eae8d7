with source as (
    select * from {{ source('stripe', 'transfers') }}
),

renamed as (
    select
        -- ids
        id as transfer_id,
        balance_transaction as balance_transaction_id,
        destination as destination_account_id,
        destination_payment as destination_payment_id,
        source_transaction as source_charge_id,
        -- text
        source_type,
        transfer_group,
        description as transfer_description,
        metadata,
        -- times
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('amount', 'currency') }} as transferred_amount,
        {{ minor_to_major('amount_reversed', 'currency') }} as reversed_amount,
        coalesce(reversed, false) as is_reversed,
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
