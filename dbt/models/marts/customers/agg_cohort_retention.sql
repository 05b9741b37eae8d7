-- Who came back: people by the month of their first purchase, month after month, also where nobody
-- did. Months are those of the tenant's time zone.
with purchases as (
    select * from {{ ref('int_purchases__numbered') }}
),

months as (
    select
        year_number * 12 + month_number - 1 as month_index,
        min(date_day) as month_on,
        max(date_day) as last_day
    from {{ ref('dim_date') }}
    group by year_number, month_number
),

firsts as (
    select
        customer_id,
        currency_code,
        month_index as cohort_index
    from purchases
    where purchase_number = 1
),

cohorts as (
    select
        currency_code,
        cohort_index,
        count(*) as customers_count
    from firsts
    group by currency_code, cohort_index
),

observed as (
    select
        max(month_index) as newest_index,
        max(observed_until_on) as observed_until_on
    from purchases
),

bought as (
    select
        firsts.currency_code,
        firsts.cohort_index,
        purchases.month_index,
        count(distinct purchases.customer_id) as active_customers_count,
        sum(purchases.orders_count) as orders_count,
        sum(purchases.revenue_amount) as revenue_amount
    from purchases
    inner join firsts
        on
            purchases.customer_id = firsts.customer_id
            and purchases.currency_code = firsts.currency_code
    group by firsts.currency_code, firsts.cohort_index, purchases.month_index
),

grid as (
    select
        cohorts.currency_code,
        cohorts.cohort_index,
        cohorts.customers_count,
        months.month_index,
        months.month_on,
        months.last_day <= observed.observed_until_on as is_complete
    from cohorts
    cross join observed
    inner join months
        on
            cohorts.cohort_index <= months.month_index
            and observed.newest_index >= months.month_index
),

filled as (
    select
        grid.*,
        coalesce(bought.active_customers_count, 0) as active_customers_count,
        coalesce(bought.orders_count, 0) as orders_count,
        coalesce(bought.revenue_amount, 0) as revenue_amount,
        sum(coalesce(bought.revenue_amount, 0)) over (
            partition by grid.currency_code, grid.cohort_index order by grid.month_index
            rows between unbounded preceding and current row
        ) as cumulative_revenue_amount
    from grid
    left join bought
        on
            grid.currency_code = bought.currency_code
            and grid.cohort_index = bought.cohort_index
            and grid.month_index = bought.month_index
),

final as (
    select
        {{ hash_key(['filled.currency_code', 'filled.cohort_index', 'filled.month_index']) }}
            as cohort_month_key,
        filled.currency_code,
        cohort_months.month_on as cohort_month_on,
        filled.month_on,
        cast(filled.month_index - filled.cohort_index as {{ type_of('integer') }})
            as months_since_first,
        filled.customers_count,
        cast(filled.active_customers_count as {{ type_of('bigint') }}) as active_customers_count,
        {{ as_money(
            'filled.active_customers_count / cast(filled.customers_count as numeric)', 'price'
        ) }} as retention_rate,
        cast(filled.orders_count as {{ type_of('bigint') }}) as orders_count,
        {{ as_money('filled.revenue_amount') }} as revenue_amount,
        {{ as_money('filled.cumulative_revenue_amount') }} as cumulative_revenue_amount,
        filled.is_complete
    from filled
    inner join months as cohort_months on filled.cohort_index = cohort_months.month_index
)

select * from final
