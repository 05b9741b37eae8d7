{{ config(alias='channel_performance') }}

with performance as (
    select * from {{ ref('fct_channel_performance') }}
),

final as (
    select
        performed_on as performance_date,
        channel,
        campaign_name as campaign,
        currency_code as currency,
        spend_amount as spend,
        impressions_count as impressions,
        clicks_count as clicks,
        sessions_count as sessions,
        leads_count as leads,
        calls_count as calls,
        conversions_count as orders,
        new_customers_count as new_customers,
        {{ attribution_setting('model', 'last_non_direct') }}_revenue_amount as revenue,
        first_touch_revenue_amount as revenue_first_touch,
        last_touch_revenue_amount as revenue_last_touch,
        linear_revenue_amount as revenue_linear,
        position_based_revenue_amount as revenue_position_based,
        time_decay_revenue_amount as revenue_time_decay,
        shapley_revenue_amount as revenue_shapley,
        markov_revenue_amount as revenue_markov,
        offline_revenue_amount as offline_revenue,
        won_revenue_amount as revenue_of_new_customers,
        payback_days
    from performance
)

select * from final
