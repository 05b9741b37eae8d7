with source as (
    select * from {{ source('stripe', 'subscriptions__items') }}
),

renamed as (
    select
        -- ids
        _parent_id as subscription_id,
        _position as item_position,
        id as item_id,
        price as price_id,
        product as product_id,
        -- numbers: in minor units, of the subscription's currency
        unit_amount as unit_minor_amount,
        quantity,
        -- times
        current_period_start as current_period_starts_at,
        current_period_end as current_period_ends_at,
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
