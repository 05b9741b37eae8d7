with companies as (
    select * from {{ ref('stg_attio__companies') }}
),

mapped as (
    select
        *,
        null as legal_name,
        {{ json_first('categories') }} as industry,
        country_code as country,
        null as currency_code,
        null as founded_year,
        null as employees_count,
        null as annual_revenue_amount,
        last_value_at as updated_at
    from companies
),

final as (
    {{ conform('companies', 'mapped') }}
)

select * from final
