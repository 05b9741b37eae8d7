-- The address is one text for printing; its parts are in documents of their own, not loaded.
with customers as (
    select * from {{ ref('stg_erpnext__customers') }}
),

mapped as (
    select
        *,
        null as first_name,
        null as last_name,
        null as address_line,
        null as city,
        null as region,
        null as postal_code,
        null as country,
        case when customer_type = 'Company' then customer_name end as company_name
    from customers
),

final as (
    {{ conform('customers', 'mapped') }}
)

select * from final
