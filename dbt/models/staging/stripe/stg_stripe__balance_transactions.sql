with source as (
    select * from {{ source('stripe', 'balance_transactions') }}
),

renamed as (
    select
        -- ids
        id as balance_transaction_id,
        source as source_id,
        -- text
        status as balance_transaction_status,
        type as balance_transaction_type,
        reporting_category,
        balance_type,
        description as balance_transaction_description,
        -- numbers
        exchange_rate,
        -- times
        available_on as available_at,
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('amount', 'currency') }} as balance_amount,
        {{ minor_to_major('fee', 'currency') }} as fee_amount,
        {{ minor_to_major('net', 'currency') }} as net_amount,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
