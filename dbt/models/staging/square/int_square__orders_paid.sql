-- Orders with their amounts by kind, how they were paid and what came back of the payments.
with orders as (
    select * from {{ ref('stg_square__orders') }}
),

charges as (
    select * from {{ ref('int_square__charges_classified') }}
),

payment_sums as (
    select
        _feed,
        order_id,
        min(payment_word) as payment_word,
        sum(refunded_amount) as refunded_amount,
        sum(total_amount) as paid_amount,
        min(case when payment_status = 'COMPLETED' then 1 else 0 end) = 1 as is_captured
    from {{ ref('stg_square__payments') }}
    where order_id is not null and payment_status in ('COMPLETED', 'APPROVED')
    group by _feed, order_id
),

line_sums as (
    select
        _feed,
        order_id,
        min(currency_code) as currency_code,
        sum(net_amount + tax_amount + service_charge_amount) as total_amount,
        sum(tax_amount) as tax_amount,
        sum(service_charge_amount) as service_charge_amount,
        sum(discount_amount) as discount_amount,
        sum(case when is_gift_card then 0 else gross_amount end) as gross_amount,
        sum(case when is_gift_card then net_amount else 0 end) as gift_card_amount
    from {{ ref('int_square__lines_untaxed') }}
    group by _feed, order_id
),

-- Charges that are not loaded one by one are known by their sum.
charged as (
    select
        orders.order_id,
        orders.customer_id,
        orders.order_state,
        orders.has_returns,
        orders.is_deleted,
        orders.created_at,
        orders.updated_at,
        orders._feed,
        orders._load_id,
        line_sums.gross_amount,
        coalesce(orders.currency_code, line_sums.currency_code) as currency_code,
        coalesce(orders.rounding_amount, 0) as rounding_amount,
        coalesce(orders.tip_amount, 0) + coalesce(charges.tip_amount, 0) as tip_amount,
        coalesce(charges.shipping_amount, 0) as shipping_amount,
        case
            when charges.order_id is not null or line_sums.service_charge_amount <> 0
                then
                    coalesce(charges.service_fee_amount, 0)
                    + coalesce(line_sums.service_charge_amount, 0)
            else coalesce(orders.service_charge_amount, 0)
        end as service_fee_amount,
        coalesce(
            orders.tax_amount, coalesce(line_sums.tax_amount, 0) + coalesce(charges.tax_amount, 0)
        ) as tax_amount,
        coalesce(
            orders.total_amount,
            line_sums.total_amount
            + coalesce(orders.tip_amount, 0)
            + coalesce(orders.rounding_amount, 0)
            + coalesce(charges.total_amount, 0)
        ) as total_amount,
        coalesce(line_sums.discount_amount, orders.discount_amount) as discount_amount,
        coalesce(line_sums.gift_card_amount, 0) as gift_card_amount
    from orders
    left join charges
        on
            orders._feed = charges._feed
            and orders.order_id = charges.order_id
    left join line_sums
        on
            orders._feed = line_sums._feed
            and orders.order_id = line_sums.order_id
),

paid as (
    select
        charged.order_id,
        charged.customer_id,
        charged.order_state,
        charged.has_returns,
        charged.is_deleted,
        charged.created_at,
        charged.updated_at,
        charged.currency_code,
        charged.total_amount,
        charged._feed,
        charged._load_id,
        payment_sums.payment_word,
        {{ as_money('charged.gross_amount') }} as gross_amount,
        {{ as_money('charged.discount_amount') }} as discount_amount,
        {{ as_money('charged.tax_amount') }} as tax_amount,
        {{ as_money('charged.tip_amount') }} as tip_amount,
        {{ as_money('charged.shipping_amount') }} as shipping_amount,
        {{ as_money('charged.service_fee_amount') }} as service_fee_amount,
        {{ as_money('charged.rounding_amount') }} as rounding_amount,
        {{ as_money('charged.gift_card_amount') }} as gift_card_amount,
        {{ as_money('coalesce(payment_sums.refunded_amount, 0)') }} as refunded_amount,
        {{ as_money('coalesce(payment_sums.paid_amount, 0)') }} as paid_amount,
        coalesce(payment_sums.is_captured, false) as is_captured
    from charged
    left join payment_sums
        on
            charged._feed = payment_sums._feed
            and charged.order_id = payment_sums.order_id
)

select * from paid
