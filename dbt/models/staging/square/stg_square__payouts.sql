with source as (
    select * from {{ source('square', 'payouts') }}
),

renamed as (
    select
        -- ids
        id as payout_id,
        location_id,
        -- text
        status as payout_status,
        type as payout_type,
        destination_type,
        currency as currency_code,
        -- dates
        arrival_date as arrives_on,
        -- times
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ minor_to_major('amount', 'currency') }} as payout_amount,
        {{ minor_to_major('payout_fees', 'currency') }} as fee_amount,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
