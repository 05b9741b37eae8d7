-- An opportunity is won when its stage became a won one: CloseDate is a day somebody typed. Its
-- person is the contact its lead became.
with opportunities as (
    select * from {{ ref('stg_salesforce__opportunities') }}
),

leads as (
    select
        _feed,
        converted_opportunity_id as opportunity_id,
        min(converted_contact_id) as contact_id
    from {{ ref('stg_salesforce__leads') }}
    where converted_opportunity_id is not null
    group by _feed, converted_opportunity_id
),

entered as (
    select
        _feed,
        opportunity_id,
        stage_name,
        max(created_at) as entered_at
    from {{ ref('stg_salesforce__opportunity_history') }}
    group by _feed, opportunity_id, stage_name
),

mapped as (
    select
        opportunities.opportunity_id as deal_id,
        leads.contact_id as customer_id,
        opportunities.account_id as company_id,
        opportunities.opportunity_name as deal_name,
        null as pipeline_name,
        opportunities.stage_name,
        opportunities.lead_source,
        null as settled_order_number,
        opportunities.is_deleted,
        opportunities.created_at,
        opportunities.updated_at,
        opportunities._feed,
        opportunities._load_id,
        opportunities.opportunity_amount as deal_amount,
        coalesce(opportunities.currency_code, '{{ var("tenant_currency") }}') as currency_code,
        case
            when opportunities.is_won then 'won'
            when opportunities.is_closed then 'lost'
            else 'open'
        end as deal_status,
        case
            when opportunities.is_closed
                then coalesce(entered.entered_at, {{ local_midnight('opportunities.close_on') }})
        end as closed_at
    from opportunities
    left join leads
        on
            opportunities._feed = leads._feed
            and opportunities.opportunity_id = leads.opportunity_id
    left join entered
        on
            opportunities._feed = entered._feed
            and opportunities.opportunity_id = entered.opportunity_id
            and opportunities.stage_name = entered.stage_name
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
