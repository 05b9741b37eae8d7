-- Orders as the sum of their parts, without tax; a gift card sold is owed, not sold goods.
--
-- Whether the total moves with edits and exchanges is not documented: where what is left of the
-- order and what came back of it add up to its lines, that is the total.
with orders as (
    select * from {{ ref('int_shopify__orders_shipped') }}
),

line_sums as (
    select
        _feed,
        order_id,
        sum(case when is_gift_card then 0 else gross_amount end) as gross_amount,
        sum(case when is_gift_card then 0 else discount_amount end) as discount_amount,
        sum(case when is_gift_card then net_amount else 0 end) as gift_card_amount,
        sum(tax_amount) as tax_amount
    from {{ ref('int_shopify__lines_untaxed') }}
    group by _feed, order_id
),

refund_sums as (
    select
        _feed,
        order_id,
        sum(case when is_told then computed_amount else paid_back_amount end) as refund_amount
    from {{ ref('int_shopify__refunds_computed') }}
    group by _feed, order_id
),

summed as (
    select
        orders.*,
        line_sums.gross_amount,
        line_sums.discount_amount,
        line_sums.gift_card_amount,
        line_sums.tax_amount as line_tax_amount,
        coalesce(orders.paid_amount, orders.subtotal_amount)
        + orders.shipping_with_tax_amount
        + orders.tip_amount
        + coalesce(orders.duty_amount, 0)
        + case when orders.is_tax_included then 0 else orders.order_tax_amount end
            as parts_amount,
        case
            when not orders.is_cancelled
                then orders.current_total_amount + coalesce(refund_sums.refund_amount, 0)
        end as present_amount
    from orders
    left join line_sums
        on
            orders._feed = line_sums._feed
            and orders.order_id = line_sums.order_id
    left join refund_sums
        on
            orders._feed = refund_sums._feed
            and orders.order_id = refund_sums.order_id
),

charged as (
    select
        *,
        case
            when
                present_amount = parts_amount
                or present_amount = parts_amount + coalesce(additional_fee_amount, 0)
                then present_amount
            else total_amount
        end as owed_amount
    from summed
),

-- Fees may hold the duties: only what the total has more than all other parts is one. An order
-- whose lines are not loaded has its own sums only.
totalled as (
    select
        order_id,
        customer_id,
        order_number,
        financial_status,
        payment_gateway,
        currency_code,
        is_cancelled,
        is_test,
        is_deleted,
        created_at,
        processed_at,
        updated_at,
        _feed,
        _load_id,
        tip_amount,
        order_tax_amount as tax_amount,
        coalesce(duty_amount, 0) as duty_amount,
        coalesce(rounding_amount, 0) as rounding_amount,
        coalesce(
            gross_amount,
            subtotal_amount
            + coalesce(order_discount_amount, 0)
            - case when is_tax_included then order_tax_amount else 0 end
        ) as gross_amount,
        coalesce(discount_amount, order_discount_amount, 0) as discount_amount,
        coalesce(gift_card_amount, 0) as gift_card_amount,
        shipping_with_tax_amount
        - case
            when not is_tax_included then 0
            else coalesce(shipping_tax_amount, order_tax_amount - line_tax_amount, 0)
        end as shipping_amount,
        case
            when owed_amount - parts_amount = additional_fee_amount then additional_fee_amount
            when owed_amount - parts_amount = additional_fee_amount - duty_amount
                then additional_fee_amount - duty_amount
            else 0
        end as service_fee_amount,
        owed_amount - tip_amount + coalesce(rounding_amount, 0) as total_amount
    from charged
)

select * from totalled
