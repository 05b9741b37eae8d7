with source as (
    select * from {{ source('stripe', 'customers') }}
),

renamed as (
    select
        -- ids
        id as customer_id,
        -- text
        email,
        name as customer_name,
        phone,
        description as customer_description,
        address_line1,
        address_line2,
        address_city as city,
        address_state as region,
        address_postal_code as postal_code,
        address_country as country_code,
        metadata,
        -- times
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('balance', 'currency') }} as balance_amount,
        coalesce(delinquent, false) as is_delinquent,
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
