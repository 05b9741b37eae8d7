with people as (
    select * from {{ ref('stg_attio__people') }}
),

mapped as (
    select
        *,
        person_id as contact_id,
        full_name as customer_name,
        null as company_name,
        location_line_1 as address_line,
        country_code as country,
        last_value_at as updated_at
    from people
),

final as (
    {{ conform('contacts', 'mapped') }}
)

select * from final
