with source as (
    select * from {{ source('stripe', 'payouts__movements') }}
),

renamed as (
    select
        -- ids
        _parent_id as payout_id,
        _position as line_position,
        id as movement_id,
        -- text
        reporting_category,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('amount', 'currency') }} as balance_amount,
        {{ minor_to_major('fee', 'currency') }} as fee_amount,
        {{ minor_to_major('net', 'currency') }} as net_amount
    from source
)

select * from renamed
