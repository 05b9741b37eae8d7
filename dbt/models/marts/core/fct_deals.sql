with deals as (
    select * from {{ ref('int_deals__settled') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

final as (
    select
        deals.deal_id,
        deals.source_connector,
        deals.source_record_id as source_deal_id,
        deals.person_id as customer_id,
        deals.customer_id as customer_record_id,
        deals.firm_id as company_id,
        deals.company_id as company_record_id,
        deals.deal_name,
        deals.pipeline_name,
        deals.stage_name,
        deals.deal_status,
        deals.lead_source,
        deals.currency_code,
        deals.deal_amount,
        deals.merged_into_deal_id,
        deals.settled_order_id,
        deals.settle_rule,
        deals.is_counted,
        deals.is_deleted,
        deals.created_at,
        deals.closed_on,
        deals.closed_at,
        deals._feed,
        deals._load_id,
        {{ as_money("case when deals.deal_status = 'won' then deals.deal_amount else 0 end") }}
            as won_amount,
        {{ as_money('case when deals.is_counted then deals.deal_amount else 0 end') }}
            as revenue_amount,
        {{ member_or_unknown('customers.customer_sk') }} as customer_sk,
        {{ date_key('deals.closed_on') }} as date_key
    from deals
    left join customers
        on
            deals.person_id = customers.customer_id
            and {{ as_of('customers', 'coalesce(deals.closed_at, deals.created_at)') }}
)

select * from final
