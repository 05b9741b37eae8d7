-- Purchases that somebody kept, each with its number in the person's life and its month.
with purchases as (
    select * from {{ ref('int_purchases__daily') }}
    where revenue_amount > 0
),

days as (
    select * from {{ ref('dim_date') }}
),

-- Months counted from year 0, so that they can be subtracted.
numbered as (
    select
        purchases.purchase_day_key,
        purchases.customer_id,
        purchases.currency_code,
        purchases.purchased_on,
        purchases.orders_count,
        purchases.revenue_amount,
        days.year_number * 12 + days.month_number - 1 as month_index,
        row_number() over (
            partition by purchases.customer_id, purchases.currency_code
            order by purchases.purchased_on
        ) as purchase_number,
        lead(purchases.purchased_on) over (
            partition by purchases.customer_id, purchases.currency_code
            order by purchases.purchased_on
        ) as next_purchased_on,
        max(purchases.purchased_on) over () as observed_until_on
    from purchases
    inner join days on purchases.purchased_on = days.date_day
),

final as (
    select
        numbered.*,
        {{ days_between('purchased_on', 'next_purchased_on') }} as days_to_next
    from numbered
)

select * from final
