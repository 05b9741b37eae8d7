{% set ranks = {'salesforce': 1, 'attio': 2, 'gohighlevel': 3} %}

-- Deals that two CRMs both keep are one: of the same person, or won at the same moment, for one
-- amount. Sales teams' CRMs speak before a marketing tool, and these before what a tenant maps
-- itself. Two feeds of one CRM are two companies, of a generic connector two systems. Two that fit
-- alike are not merged.
with deals as (
    select * from {{ ref('int_deals__unioned') }}
),

people as (
    select * from {{ ref('int_customers__resolved') }}
),

companies as (
    select * from {{ ref('int_companies__resolved') }}
),

known as (
    select
        deals.*,
        coalesce(people.customer_id, deals.customer_id) as person_id,
        coalesce(companies.company_id, deals.company_id) as firm_id,
        case deals.source_connector
            {%- for connector, rank in ranks.items() %}
                when '{{ connector }}' then '{{ rank }}'
            {%- endfor %}
            else '4 ' || deals.source_connector || ':' || deals._feed
        end as crm_place
    from deals
    left join people on deals.customer_id = people.record_id
    left join companies on deals.company_id = companies.record_id
),

won as (
    select * from known
    where deal_status = 'won' and not is_deleted
),

pairs as (
    select
        copies.deal_id,
        firsts.deal_id as merged_into_deal_id,
        case when copies.closed_at = firsts.closed_at then 0 else 1 end as rule_place,
        abs({{ days_between('firsts.closed_on', 'copies.closed_on') }}) as day_distance
    from won as copies
    inner join won as firsts
        on
            copies.deal_amount = firsts.deal_amount
            and copies.currency_code = firsts.currency_code
            and copies.crm_place > firsts.crm_place
    where
        copies.closed_at = firsts.closed_at
        or (
            copies.person_id = firsts.person_id
            and abs({{ days_between('firsts.closed_on', 'copies.closed_on') }}) <= 7
        )
),

placed as (
    select
        *,
        rank() over (partition by deal_id order by rule_place, day_distance) as deal_place,
        count(*) over (partition by deal_id, rule_place, day_distance) as deal_ties,
        rank() over (partition by merged_into_deal_id order by rule_place, day_distance)
            as first_place,
        count(*) over (partition by merged_into_deal_id, rule_place, day_distance) as first_ties
    from pairs
),

merged as (
    select * from placed
    where deal_place = 1 and deal_ties = 1 and first_place = 1 and first_ties = 1
),

final as (
    select
        known.source_connector,
        known.source_record_id,
        {%- for name, kind in concept_columns('deals') %}
            known.{{ name }},
        {%- endfor %}
        known.person_id,
        known.firm_id,
        merged.merged_into_deal_id
    from known
    left join merged on known.deal_id = merged.deal_id
)

select * from final
