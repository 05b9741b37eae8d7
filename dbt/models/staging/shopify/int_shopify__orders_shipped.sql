-- Orders with what was charged for shipping, as the shop prices: with tax inside or without.
--
-- The order's shipping is before discounts. What the total has beside lines, tax and tips is what
-- was charged, unless an edit or a duty makes that impossible: then it is the undiscounted one.
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
        coalesce(orders.tax_amount, 0) as order_tax_amount,
        coalesce(orders.shipping_amount, 0) as listed_shipping_amount,
        orders.total_amount
        - orders.tip_amount
        - coalesce(line_sums.paid_amount, orders.subtotal_amount)
        - case when orders.is_tax_included then 0 else coalesce(orders.tax_amount, 0) end
            as rest_amount
    from orders
    left join line_sums
        on
            orders._feed = line_sums._feed
            and orders.order_id = line_sums.order_id
),

final as (
    select
        *,
        case
            when rest_amount >= 0 and rest_amount <= listed_shipping_amount then rest_amount
            else listed_shipping_amount
        end as shipping_with_tax_amount
    from rested
)

select * from final
