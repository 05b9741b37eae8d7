with customers as (
    select * from {{ ref('stg_ecommerce_csv__customers') }}
),

cleansed as (
    select
        customer_id,
        signed_up_on,
        updated_at,
        is_deleted,
        _feed,
        _load_id,
        nullif(trim(first_name), '') as first_name,
        nullif(trim(last_name), '') as last_name,
        -- Text without an @ is no address; better none than a wrong one.
        case when email like '%_@_%' then lower(trim(email)) end as email,
        nullif(trim(phone), '') as phone,
        nullif(trim(address_line), '') as address_line,
        nullif(trim(city), '') as city,
        nullif(trim(region), '') as region,
        nullif(trim(postal_code), '') as postal_code,
        nullif(trim(country), '') as country
    from customers
)

select * from cleansed
