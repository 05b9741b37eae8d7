with customers as (
    select * from {{ ref('int_ecommerce_csv__customers_cleansed') }}
),

mapped as (
    select
        *,
        null as company_name,
        nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '')
            as customer_name,
        {{ local_midnight('signed_up_on') }} as created_at
    from customers
),

final as (
    {{ conform('customers', 'mapped') }}
)

select * from final
