with customers as (
    select * from {{ ref('stg_square__customers') }}
),

mapped as (
    select
        *,
        country_code as country,
        trim(
            coalesce(nullif({{ joined_text(' ', ['first_name', 'last_name']) }}, ''), company_name)
        ) as customer_name
    from customers
),

final as (
    {{ conform('customers', 'mapped') }}
)

select * from final
