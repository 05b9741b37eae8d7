-- Orders with what was charged for shipping, as the shop prices: with tax inside or without.
--
-- Shipping lines tell it. Where they are not loaded: the order's own shipping is before discounts;
-- what the total has beside lines, tax, duties and tips is what was charged, unless an edit makes
-- that impossible: then it is the undiscounted one.
with orders as (
    select * from {{ ref('stg_shopify__orders') }}
),

line_sums as (
    select
        _feed,
        order_id,
        sum(original_total_amount - discount_amount) as paid_amount
    from {{ ref('int_shopify__lines_discounted') }}
    group by _feed, order_id
),

shipping_sums as (
    select
        _feed,
        order_id,
        sum(charged_amount) as charged_amount,
        sum(coalesce(tax_amount, 0)) as tax_amount
    from {{ ref('stg_shopify__shipping_lines') }}
    where not is_removed
    group by _feed, order_id
),

rested as (
    select
        orders.order_id,
        orders.customer_id,
        orders.order_number,
        orders.financial_status,
        orders.payment_gateway,
        orders.currency_code,
        orders.subtotal_amount,
        orders.discount_amount as order_discount_amount,
        orders.tip_amount,
        orders.total_amount,
        orders.current_total_amount,
        orders.additional_fee_amount,
        orders.rounding_amount,
        orders.is_tax_included,
        orders.is_cancelled,
        orders.is_test,
        orders.is_deleted,
        orders.created_at,
        orders.processed_at,
        orders.updated_at,
        orders._feed,
        orders._load_id,
        line_sums.paid_amount,
        shipping_sums.charged_amount as told_shipping_amount,
        shipping_sums.tax_amount as shipping_tax_amount,
        case when orders.is_duty_included then 0 else coalesce(orders.duty_amount, 0) end
            as duty_amount,
        coalesce(orders.tax_amount, 0) as order_tax_amount,
        coalesce(orders.shipping_amount, 0) as listed_shipping_amount,
        orders.total_amount
        - orders.tip_amount
        - coalesce(line_sums.paid_amount, orders.subtotal_amount)
        - case when orders.is_duty_included then 0 else coalesce(orders.duty_amount, 0) end
        - case when orders.is_tax_included then 0 else coalesce(orders.tax_amount, 0) end
            as rest_amount
    from orders
    left join line_sums
        on
            orders._feed = line_sums._feed
            and orders.order_id = line_sums.order_id
    left join shipping_sums
        on
            orders._feed = shipping_sums._feed
            and orders.order_id = shipping_sums.order_id
),

final as (
    select
        *,
        case
            when told_shipping_amount is not null then told_shipping_amount
            when rest_amount >= 0 and rest_amount <= listed_shipping_amount then rest_amount
            else listed_shipping_amount
        end as shipping_with_tax_amount
    from rested
)

select * from final
