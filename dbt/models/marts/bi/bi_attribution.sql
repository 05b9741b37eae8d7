{{ config(alias='attribution') }}

with credits as (
    select * from {{ ref('fct_revenue_attribution') }}
),

journeys as (
    select * from {{ ref('fct_customer_journeys') }}
),

final as (
    select
        credits.conversion_id as order_id,
        credits.conversion_kind as kind,
        credits.attribution_model,
        credits.channel,
        credits.campaign_name as campaign,
        credits.customer_id,
        credits.converted_on as order_date,
        credits.currency_code as currency,
        credits.attributed_amount as revenue,
        credits.credit,
        journeys.channel_path as journey,
        journeys.touches_count as touches,
        journeys.days_to_convert,
        credits.is_offline,
        credits.is_first_of_customer as is_first_order
    from credits
    left join journeys on credits.conversion_id = journeys.conversion_id
)

select * from final
