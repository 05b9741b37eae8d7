-- Who bought on which day: what retention, segments and predictions count, orders of one day being
-- one purchase, in the tenant's currency where the rate is known. Orders dated in the future are
-- left out: one of 2099 would make everybody lapsed.
with orders as (
    select * from {{ ref('int_orders__settled') }}
    where
        is_counted
        and customer_id is not null
        and currency_code is not null
        and ordered_on <= {{ today() }}
),

people as (
    select * from {{ ref('int_customers__resolved') }}
),

resolved as (
    select
        orders.order_id,
        orders.ordered_on,
        coalesce(orders.tenant_revenue_amount, orders.revenue_amount) as revenue_amount,
        case
            when orders.tenant_revenue_amount is null then orders.currency_code
            else orders.tenant_currency_code
        end as currency_code,
        coalesce(people.customer_id, orders.customer_id) as person_id
    from orders
    left join people on orders.customer_id = people.record_id
),

daily as (
    select
        {{ hash_key(['person_id', 'currency_code', 'ordered_on']) }} as purchase_day_key,
        person_id as customer_id,
        currency_code,
        ordered_on as purchased_on,
        count(*) as orders_count,
        {{ as_money('coalesce(sum(revenue_amount), 0)') }} as revenue_amount
    from resolved
    group by person_id, currency_code, ordered_on
)

select * from daily
