with source as (
    select * from {{ source('ecommerce_csv', 'customers') }}
),

renamed as (
    select
        -- ids
        customer_id,
        -- text
        first_name,
        last_name,
        email,
        phone,
        address as address_line,
        city,
        state as region,
        postal_code,
        country,
        -- times
        signup_date as signed_up_on,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
