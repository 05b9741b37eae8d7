with source as (
    select * from {{ source('stripe', 'balances') }}
),

renamed as (
    select
        -- ids
        currency as balance_id,
        newest_movement as newest_movement_id,
        -- booleans
        has_earlier_movements,
        -- times
        newest_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('available', 'currency') }} as available_amount,
        {{ minor_to_major('pending', 'currency') }} as pending_amount,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
