-- Steps as their source tells them. A source without history tells two: when the deal came, and,
-- where it is closed, when it was.
with stages as (
    select * from {{ ref('int_deal_stages__unioned') }}
    where not is_deleted
),

deals as (
    select * from {{ ref('int_deals__unioned') }}
),

told as (
    select distinct deal_id from stages
),

steps as (
    select
        deal_stage_id,
        deal_id,
        stage_name,
        currency_code,
        deal_amount,
        entered_at,
        source_connector,
        true as is_from_history,
        _feed,
        _load_id
    from stages
    {%- for step, moment in [('created', 'created_at'), ('closed', 'closed_at')] %}
        union all
        select
            deals.deal_id || ':{{ step }}' as deal_stage_id,
            deals.deal_id,
            {{ null_of('text') if step == 'created' else 'deals.stage_name' }} as stage_name,
            deals.currency_code,
            deals.deal_amount,
            deals.{{ moment }} as entered_at,
            deals.source_connector,
            false as is_from_history,
            deals._feed,
            deals._load_id
        from deals
        left join told on deals.deal_id = told.deal_id
        where told.deal_id is null and deals.{{ moment }} is not null
    {%- endfor %}
),

final as (
    select
        deal_stage_id,
        deal_id,
        stage_name,
        currency_code,
        deal_amount,
        entered_at,
        source_connector,
        is_from_history,
        _feed,
        _load_id,
        {{ date_key(local_date('entered_at')) }} as date_key,
        row_number() over (partition by deal_id order by entered_at, deal_stage_id) as step_number,
        lead(entered_at) over (partition by deal_id order by entered_at, deal_stage_id) as left_at
    from steps
)

select * from final
