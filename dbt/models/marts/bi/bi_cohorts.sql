{{ config(alias='cohorts') }}

with cohorts as (
    select * from {{ ref('agg_cohort_retention') }}
),

final as (
    select
        cohort_month_on as cohort_month,
        month_on as activity_month,
        months_since_first,
        currency_code as currency,
        customers_count as customers,
        active_customers_count as active_customers,
        retention_rate,
        orders_count as orders,
        revenue_amount as revenue,
        cumulative_revenue_amount as cumulative_revenue,
        is_complete
    from cohorts
)

select * from final
