with source as (
    select * from {{ source('stripe', 'payouts') }}
),

renamed as (
    select
        -- ids
        id as payout_id,
        balance_transaction as balance_transaction_id,
        -- text
        status as payout_status,
        type as payout_type,
        method as payout_method,
        failure_code,
        statement_descriptor,
        -- times
        arrival_date as arrives_at,
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('amount', 'currency') }} as payout_amount,
        coalesce(automatic, false) as is_automatic,
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
