with source as (
    select * from {{ source('square', 'payments__processing_fee') }}
),

renamed as (
    select
        -- ids
        _parent_id as payment_id,
        _position as fee_position,
        -- text
        type as fee_type,
        currency as currency_code,
        -- times
        effective_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ minor_to_major('amount', 'currency') }} as fee_amount
    from source
)

select * from renamed
