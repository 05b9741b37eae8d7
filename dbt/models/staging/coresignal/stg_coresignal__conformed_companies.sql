with companies as (
    select * from {{ ref('stg_coresignal__companies') }}
),

mapped as (
    select
        *,
        company_legal_name as legal_name,
        country_code as country,
        annual_revenue_currency_code as currency_code,
        {{ local_midnight('created_on') }} as created_at,
        {{ local_midnight('updated_on') }} as updated_at
    from companies
),

final as (
    {{ conform('companies', 'mapped') }}
)

select * from final
