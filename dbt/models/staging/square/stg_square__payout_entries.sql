with source as (
    select * from {{ source('square', 'payouts__entries') }}
),

renamed as (
    select
        -- ids
        _parent_id as payout_id,
        _position as line_position,
        id as payout_entry_id,
        charged_payment_id as payment_id,
        refund_id,
        dispute_id,
        -- text
        type as entry_type,
        currency as currency_code,
        -- times
        effective_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ minor_to_major('gross_amount', 'currency') }} as gross_amount,
        {{ minor_to_major('fee_amount', 'currency') }} as fee_amount,
        {{ minor_to_major('net_amount', 'currency') }} as net_amount
    from source
)

select * from renamed
