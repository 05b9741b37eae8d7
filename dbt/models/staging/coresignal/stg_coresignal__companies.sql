with source as (
    select * from {{ source('coresignal', 'companies') }}
),

renamed as (
    select
        -- ids
        id as company_id,
        source_id,
        -- text
        company_name,
        company_legal_name,
        company_name_alias,
        website,
        website_alias,
        linkedin_url,
        crunchbase_url,
        facebook_url,
        twitter_url,
        industry,
        sic_codes,
        naics_codes,
        categories_and_keywords,
        description as company_description,
        type as company_type,
        status as company_status,
        size_range,
        hq_region,
        hq_country as country_name,
        hq_country_iso2 as country_code,
        hq_city as city,
        hq_state as region,
        hq_street as address_line,
        hq_zipcode as postal_code,
        hq_full_address,
        stock_ticker,
        parent_company_information,
        company_phone_numbers,
        company_emails,
        -- numbers
        employees_count,
        followers_count_linkedin as linkedin_followers_count,
        -- booleans
        unique_website as is_unique_website,
        unique_domain as is_unique_domain,
        expired_domain as is_expired_domain,
        is_b2b,
        is_public,
        -- times
        created_at as created_on,
        last_updated_at as updated_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ website_domain('website') }} as website_domain,
        {{ integer_or_null('founded_year') }} as founded_year,
        cast(revenue_annual as {{ type_of('amount') }}) as annual_revenue_amount,
        {{ currency_iso('revenue_annual_currency') }} as annual_revenue_currency_code,
        cast(revenue_range_from as {{ type_of('amount') }}) as revenue_range_from_amount,
        cast(revenue_range_to as {{ type_of('amount') }}) as revenue_range_to_amount,
        {{ currency_iso('revenue_range_currency') }} as revenue_range_currency_code,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
