-- What survives of all records of a company; macro group_ranks.
{% set groups = [
    ('name', 'name', ['company_name', 'legal_name']),
    ('domain', 'domain', ['website_domain']),
    ('industry', 'industry', ['industry']),
    ('address', 'address_line', ['city', 'region', 'country']),
    ('founded', 'founded_year', ['founded_year']),
    ('employees', 'employees_count', ['employees_count']),
    ('revenue', 'annual_revenue_amount', ['annual_revenue_amount', 'currency_code']),
] %}

with companies as (
    select * from {{ ref('int_companies__unioned') }}
),

resolved as (
    select * from {{ ref('int_companies__resolved') }}
),

chosen as (
    {{ chosen_records('companies', groups) }}
),

members as (
    select
        companies.*,
        resolved.company_id as entity_id,
        coalesce(companies.updated_at, companies.created_at, {{ instant('1900-01-01') }})
            as known_at
    from companies
    inner join resolved on companies.company_id = resolved.record_id
),

ranked as (
    select
        members.*,
        {{ group_ranks(groups, 'company_id', 'members.entity_id', 'members.known_at') }}
    from members
    left join chosen on members.entity_id = chosen.entity_id
),

final as (
    select
        entity_id as company_id,
        {{ group_columns(groups) }},
        max(case when name_rank = 1 then company_id end) as record_id,
        max(case when name_rank = 1 then source_connector end) as source_connector,
        max(case when name_rank = 1 then source_record_id end) as source_record_id,
        max(case when name_rank = 1 then _feed end) as _feed,
        max(case when name_rank = 1 then _load_id end) as _load_id,
        count(*) as records_count,
        count(distinct source_connector) as sources_count,
        min(created_at) as created_at,
        max(updated_at) as updated_at,
        min(case when is_deleted then 1 else 0 end) = 1 as is_deleted
    from ranked
    group by entity_id
)

select * from final
