with customers as (
    select * from {{ ref('stg_shopify__customers') }}
),

mapped as (
    select
        *,
        display_name as customer_name,
        address_line_1 as address_line,
        country_code as country
    from customers
),

final as (
    {{ conform('customers', 'mapped') }}
)

select * from final
