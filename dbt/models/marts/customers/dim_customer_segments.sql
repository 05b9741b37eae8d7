-- Who buys how lately, how often and how much, and where in their life with the tenant they stand.
-- Late is measured by the tenant's own rhythm: the time within which 9 of 10 next purchases came.
with purchases as (
    select * from {{ ref('int_purchases__numbered') }}
),

gaps as (
    select
        currency_code,
        days_to_next,
        row_number() over (partition by currency_code order by days_to_next) as place,
        count(*) over (partition by currency_code) as gaps_count
    from purchases
    where days_to_next is not null
),

rhythms as (
    select
        currency_code,
        {{ value_at_share('0.9', 'days_to_next', 'place', 'gaps_count') }} as rhythm_days
    from gaps
    where gaps_count >= {{ var('least_gaps') }}
    group by currency_code
),

people as (
    select
        customer_id,
        currency_code,
        min(purchased_on) as first_purchased_on,
        max(purchased_on) as last_purchased_on,
        max(observed_until_on) as observed_until_on,
        count(*) as purchase_days_count,
        {{ as_money('sum(revenue_amount)') }} as revenue_amount
    from purchases
    group by customer_id, currency_code
),

scored as (
    select
        people.*,
        {{ days_between('people.last_purchased_on', 'people.observed_until_on') }}
            as days_since_last,
        coalesce(rhythms.rhythm_days, {{ var('default_rhythm_days') }}) as rhythm_days,
        rhythms.rhythm_days is not null as is_own_rhythm,
        {{ quintile('people.currency_code', 'people.last_purchased_on') }} as recency_score,
        {{ quintile('people.currency_code', 'people.purchase_days_count') }} as frequency_score,
        {{ quintile('people.currency_code', 'people.revenue_amount') }} as monetary_score
    from people
    left join rhythms on people.currency_code = rhythms.currency_code
),

final as (
    select
        {{ hash_key(['customer_id', 'currency_code']) }} as customer_segment_key,
        customer_id,
        currency_code,
        first_purchased_on,
        last_purchased_on,
        observed_until_on,
        purchase_days_count,
        revenue_amount,
        cast(days_since_last as {{ type_of('integer') }}) as days_since_last,
        cast(rhythm_days as {{ type_of('integer') }}) as rhythm_days,
        is_own_rhythm,
        recency_score,
        frequency_score,
        monetary_score,
        case
            when recency_score >= 4 and frequency_score >= 4 then 'champions'
            when recency_score >= 4 then 'promising'
            when frequency_score >= 4 and recency_score = 3 then 'loyal'
            when frequency_score >= 4 then 'cannot_lose'
            when recency_score = 3 then 'needs_attention'
            else 'hibernating'
        end as rfm_segment,
        case
            when days_since_last > 2 * rhythm_days then 'lapsed'
            when days_since_last > rhythm_days then 'at_risk'
            when purchase_days_count = 1 then 'new'
            else 'active'
        end as lifecycle_stage
    from scored
)

select * from final
