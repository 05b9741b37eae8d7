-- A stage is won or lost by its name: Attio knows no status, and its own stages are called so. The
-- first person named is the buyer's. NTD is Attio's word for Taiwan's dollar.
with deals as (
    select * from {{ ref('stg_attio__deals') }}
),

people as (
    select
        _feed,
        deal_id,
        min(line_position) as line_position
    from {{ ref('stg_attio__deal_people') }}
    where target_object = 'people'
    group by _feed, deal_id
),

buyers as (
    select
        people._feed,
        people.deal_id,
        deal_people.target_record_id as person_id
    from people
    inner join {{ ref('stg_attio__deal_people') }} as deal_people
        on
            people._feed = deal_people._feed
            and people.deal_id = deal_people.deal_id
            and people.line_position = deal_people.line_position
),

mapped as (
    select
        deals.deal_id,
        buyers.person_id as customer_id,
        deals.company_id,
        deals.deal_name,
        null as pipeline_name,
        deals.deal_stage as stage_name,
        null as lead_source,
        null as settled_order_number,
        deals.is_deleted,
        deals.created_at,
        deals.last_value_at as updated_at,
        deals._feed,
        deals._load_id,
        deals.deal_amount,
        coalesce(
            case when deals.currency_code = 'NTD' then 'TWD' else deals.currency_code end,
            '{{ var("tenant_currency") }}'
        ) as currency_code,
        case
            when lower(deals.deal_stage) like '%won%' then 'won'
            when lower(deals.deal_stage) like '%lost%' then 'lost'
            else 'open'
        end as deal_status,
        case
            when lower(deals.deal_stage) like '%won%' or lower(deals.deal_stage) like '%lost%'
                then deals.stage_entered_at
        end as closed_at
    from deals
    left join buyers on deals._feed = buyers._feed and deals.deal_id = buyers.deal_id
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
