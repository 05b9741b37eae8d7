-- An opportunity's money is in the location's currency, which the API does not say.
with opportunities as (
    select * from {{ ref('stg_gohighlevel__opportunities') }}
),

pipelines as (
    select * from {{ ref('stg_gohighlevel__pipelines') }}
),

stages as (
    select * from {{ ref('stg_gohighlevel__pipeline_stages') }}
),

mapped as (
    select
        opportunities.opportunity_id as deal_id,
        opportunities.contact_id as customer_id,
        null as company_id,
        opportunities.opportunity_name as deal_name,
        pipelines.pipeline_name,
        stages.stage_name,
        opportunities.opportunity_source as lead_source,
        null as settled_order_number,
        opportunities.is_deleted,
        opportunities.created_at,
        opportunities.updated_at,
        opportunities._feed,
        opportunities._load_id,
        opportunities.opportunity_amount as deal_amount,
        '{{ var("tenant_currency") }}' as currency_code,
        case
            when opportunities.opportunity_status = 'won' then 'won'
            when opportunities.opportunity_status in ('lost', 'abandoned') then 'lost'
            else 'open'
        end as deal_status,
        case
            when opportunities.opportunity_status in ('won', 'lost', 'abandoned')
                then opportunities.last_status_change_at
        end as closed_at
    from opportunities
    left join pipelines
        on
            opportunities._feed = pipelines._feed
            and opportunities.pipeline_id = pipelines.pipeline_id
    left join stages
        on
            opportunities._feed = stages._feed
            and opportunities.pipeline_id = stages.pipeline_id
            and opportunities.pipeline_stage_id = stages.stage_id
),

dated as (
    select
        *,
        {{ local_date('closed_at') }} as closed_on
    from mapped
),

final as (
    {{ conform('deals', 'dated') }}
)

select * from final
