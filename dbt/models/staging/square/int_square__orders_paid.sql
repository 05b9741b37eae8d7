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
        min(payment_word) as payment_word,
        sum(refunded_amount) as refunded_amount,
        sum(total_amount) as paid_amount,
        min(case when payment_status = 'COMPLETED' then 1 else 0 end) = 1 as is_captured
    from payments
    where order_id is not null
    group by _feed, order_id
),

line_sums as (
    select
        _feed,
        order_id,
        min(currency_code) as currency_code,
        sum(net_amount + tax_amount) as total_amount,
        sum(discount_amount) as discount_amount,
        sum(case when is_gift_card then net_amount else 0 end) as gift_card_amount
    from {{ ref('int_square__lines_untaxed') }}
    group by _feed, order_id
),

paid as (
    select
        orders.order_id,
        orders.customer_id,
        orders.order_state,
        orders.tax_amount,
        orders.tip_amount,
        orders.has_returns,
        orders.is_deleted,
        orders.created_at,
        orders.updated_at,
        orders._feed,
        orders._load_id,
        payment_sums.payment_word,
        coalesce(orders.currency_code, line_sums.currency_code) as currency_code,
        coalesce(orders.total_amount, line_sums.total_amount + orders.tip_amount) as total_amount,
        {{ as_money('coalesce(payment_sums.refunded_amount, 0)') }} as refunded_amount,
        {{ as_money('coalesce(payment_sums.paid_amount, 0)') }} as paid_amount,
        {{ as_money('coalesce(line_sums.discount_amount, orders.discount_amount)') }}
            as discount_amount,
        {{ as_money('coalesce(line_sums.gift_card_amount, 0)') }} as gift_card_amount,
        coalesce(payment_sums.is_captured, false) as is_captured
    from orders
    left join payment_sums
        on
            orders._feed = payment_sums._feed
            and orders.order_id = payment_sums.order_id
    left join line_sums
        on
            orders._feed = line_sums._feed
            and orders.order_id = line_sums.order_id
)

select * from paid
