with customers as (
    select * from {{ ref('stg_stripe__customers') }}
),

mapped as (
    select
        *,
        address_line1 as address_line,
        country_code as country,
        null as first_name,
        null as last_name,
        null as company_name,
        {{ null_of('timestamp') }} as updated_at
    from customers
),

final as (
    {{ conform('customers', 'mapped') }}
)

select * from final
