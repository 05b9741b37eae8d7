-- A row of the history is any change; one that keeps the stage is no step.
with history as (
    select * from {{ ref('stg_salesforce__opportunity_history') }}
),

opportunities as (
    select * from {{ ref('stg_salesforce__opportunities') }}
),

steps as (
    select
        *,
        lag(stage_name) over (
            partition by _feed, opportunity_id order by created_at, opportunity_history_id
        ) as stage_before
    from history
),

mapped as (
    select
        steps.opportunity_history_id as deal_stage_id,
        steps.opportunity_id as deal_id,
        steps.stage_name,
        steps.opportunity_amount as deal_amount,
        steps.is_deleted,
        steps.created_at as entered_at,
        steps._feed,
        steps._load_id,
        coalesce(opportunities.currency_code, '{{ var("tenant_currency") }}') as currency_code
    from steps
    left join opportunities
        on
            steps._feed = opportunities._feed
            and steps.opportunity_id = opportunities.opportunity_id
    where steps.stage_before is null or steps.stage_before <> steps.stage_name
),

final as (
    {{ conform('deal_stages', 'mapped') }}
)

select * from final
