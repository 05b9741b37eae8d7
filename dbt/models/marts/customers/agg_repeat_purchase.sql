-- How many come back after their first, second, third purchase, and how soon.
with purchases as (
    select * from {{ ref('int_purchases__numbered') }}
),

placed as (
    select
        currency_code,
        purchase_number,
        revenue_amount,
        days_to_next,
        row_number() over (
            partition by currency_code, purchase_number
            order by case when days_to_next is null then 1 else 0 end, days_to_next
        ) as place,
        count(days_to_next) over (partition by currency_code, purchase_number) as returns_count
    from purchases
),

final as (
    select
        {{ hash_key(['currency_code', 'purchase_number']) }} as repeat_purchase_key,
        currency_code,
        cast(purchase_number as {{ type_of('integer') }}) as purchase_number,
        count(*) as customers_count,
        count(days_to_next) as returned_customers_count,
        {{ as_money('count(days_to_next) / cast(count(*) as numeric)', 'price') }} as repeat_rate,
        cast(
            {{ value_at_share('0.5', 'days_to_next', 'place', 'returns_count') }}
            as {{ type_of('integer') }}
        ) as median_days_to_next,
        {{ as_money('sum(revenue_amount)') }} as revenue_amount,
        {{ as_money('round(sum(revenue_amount) / count(*), 3)') }} as average_revenue_amount
    from placed
    group by currency_code, purchase_number
)

select * from final
