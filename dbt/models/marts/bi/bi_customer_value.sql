{{ config(alias='customer_value') }}

with lifetimes as (
    select * from {{ ref('fct_customer_lifetime_value') }}
),

segments as (
    select * from {{ ref('dim_customer_segments') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
    where is_current
),

final as (
    select
        lifetimes.customer_id,
        customers.customer_name,
        lifetimes.currency_code as currency,
        lifetimes.orders_count as orders,
        lifetimes.first_purchased_on as first_purchase_date,
        lifetimes.last_purchased_on as last_purchase_date,
        lifetimes.historic_revenue_amount as revenue_so_far,
        lifetimes.predicted_revenue_amount as expected_revenue,
        lifetimes.chance_alive as chance_to_buy_again,
        lifetimes.prediction_status as prediction,
        segments.rfm_segment as segment,
        segments.lifecycle_stage,
        segments.days_since_last
    from lifetimes
    left join segments
        on
            lifetimes.customer_id = segments.customer_id
            and lifetimes.currency_code = segments.currency_code
    left join customers on lifetimes.customer_id = customers.customer_id
)

select * from final
