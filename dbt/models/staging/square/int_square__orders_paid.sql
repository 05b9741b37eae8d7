-- Orders with how they were paid and what came back of the payments.
with orders as (
    select * from {{ ref('stg_square__orders') }}
),

payments as (
    select * from {{ ref('stg_square__payments') }}
    where payment_status in ('COMPLETED', 'APPROVED')
),

payment_sums as (
    select
        _feed,
        order_id,
        min(source_type) as source_type,
        sum(refunded_amount) as refunded_amount,
        sum(total_amount) as paid_amount,
        min(case when payment_status = 'COMPLETED' then 1 else 0 end) = 1 as is_captured
    from payments
    where order_id is not null
    group by _feed, order_id
),

paid as (
    select
        orders.order_id,
        orders.customer_id,
        orders.order_state,
        orders.currency_code,
        orders.total_amount,
        orders.tax_amount,
        orders.discount_amount,
        orders.tip_amount,
        orders.has_returns,
        orders.is_deleted,
        orders.created_at,
        orders.updated_at,
        orders._feed,
        orders._load_id,
        payment_sums.source_type,
        {{ as_money('coalesce(payment_sums.refunded_amount, 0)') }} as refunded_amount,
        {{ as_money('coalesce(payment_sums.paid_amount, 0)') }} as paid_amount,
        coalesce(payment_sums.is_captured, false) as is_captured
    from orders
    left join payment_sums
        on
            orders._feed = payment_sums._feed
            and orders.order_id = payment_sums.order_id
)

select * from paid
