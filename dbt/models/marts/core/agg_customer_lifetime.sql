with orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and customer_id is not null
),

customers as (
    select * from {{ ref('dim_customers') }}
    where is_current
),

totals as (
    select
        customer_id,
        currency_code,
        count(*) as orders_count,
        {{ as_money('sum(gross_amount)') }} as gross_amount,
        {{ as_money('sum(discount_amount)') }} as discount_amount,
        {{ as_money('sum(refund_amount)') }} as refund_amount,
        {{ as_money('sum(net_amount)') }} as net_amount,
        min(ordered_on) as first_ordered_on,
        max(ordered_on) as last_ordered_on
    from orders
    group by customer_id, currency_code
),

final as (
    select
        {{ hash_key(['totals.customer_id', 'totals.currency_code']) }} as customer_lifetime_key,
        totals.customer_id,
        customers.customer_name,
        totals.currency_code,
        totals.orders_count,
        totals.gross_amount,
        totals.discount_amount,
        totals.refund_amount,
        totals.net_amount,
        {{ as_money('round(totals.net_amount / totals.orders_count, 2)') }} as average_net_amount,
        totals.first_ordered_on,
        totals.last_ordered_on,
        {{ days_between('totals.first_ordered_on', 'totals.last_ordered_on') }} as lifetime_days
    from totals
    left join customers on totals.customer_id = customers.customer_id
)

select * from final
