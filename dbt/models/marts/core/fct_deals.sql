with deals as (
    select * from {{ ref('int_deals__settled') }}
),

final as (
    select
        deal_id,
        source_connector,
        source_record_id as source_deal_id,
        person_id as customer_id,
        customer_id as customer_record_id,
        firm_id as company_id,
        company_id as company_record_id,
        deal_name,
        pipeline_name,
        stage_name,
        deal_status,
        lead_source,
        currency_code,
        deal_amount,
        merged_into_deal_id,
        settled_order_id,
        settle_rule,
        is_counted,
        is_deleted,
        created_at,
        closed_on,
        closed_at,
        _feed,
        _load_id,
        {{ as_money("case when deal_status = 'won' then deal_amount else 0 end") }} as won_amount,
        {{ as_money('case when is_counted then deal_amount else 0 end') }} as revenue_amount
    from deals
)

select * from final
