with companies as (
    select * from {{ ref('int_companies__merged') }}
),

final as (
    select
        company_id,
        record_id,
        source_connector,
        source_record_id as source_company_id,
        company_name,
        legal_name,
        website_domain,
        industry,
        city,
        region,
        country,
        founded_year,
        employees_count,
        annual_revenue_amount,
        currency_code,
        records_count,
        sources_count,
        is_deleted,
        created_at,
        updated_at,
        _feed,
        _load_id
    from companies
)

select * from final
