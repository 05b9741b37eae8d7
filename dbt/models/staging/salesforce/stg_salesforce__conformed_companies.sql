with accounts as (
    select * from {{ ref('stg_salesforce__accounts') }}
),

mapped as (
    select
        account_id as company_id,
        account_name as company_name,
        null as legal_name,
        {{ website_domain('website') }} as website_domain,
        industry,
        billing_city as city,
        billing_state as region,
        billing_country as country,
        currency_code,
        null as founded_year,
        number_of_employees as employees_count,
        annual_revenue_amount,
        is_deleted,
        created_at,
        updated_at,
        _feed,
        _load_id
    from accounts
),

final as (
    {{ conform('companies', 'mapped') }}
)

select * from final
