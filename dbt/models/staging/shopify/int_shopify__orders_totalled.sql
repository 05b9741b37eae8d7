-- Orders as the sum of their lines, without tax; a gift card sold is owed, not sold goods.
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

-- An order whose lines are not loaded has its own sums only.
totalled as (
    select
        orders.order_id,
        orders.customer_id,
        orders.order_number,
        orders.financial_status,
        orders.payment_gateway,
        orders.currency_code,
        orders.is_cancelled,
        orders.is_test,
        orders.is_deleted,
        orders.created_at,
        orders.processed_at,
        orders.updated_at,
        orders._feed,
        orders._load_id,
        orders.tip_amount,
        orders.order_tax_amount as tax_amount,
        coalesce(
            line_sums.gross_amount,
            orders.subtotal_amount
            + coalesce(orders.order_discount_amount, 0)
            - case when orders.is_tax_included then orders.order_tax_amount else 0 end
        ) as gross_amount,
        coalesce(line_sums.discount_amount, orders.order_discount_amount, 0) as discount_amount,
        coalesce(line_sums.gift_card_amount, 0) as gift_card_amount,
        orders.shipping_with_tax_amount
        - case
            when orders.is_tax_included
                then coalesce(orders.order_tax_amount - line_sums.tax_amount, 0)
            else 0
        end as shipping_amount,
        orders.total_amount - orders.tip_amount as total_amount
    from orders
    left join line_sums
        on
            orders._feed = line_sums._feed
            and orders.order_id = line_sums.order_id
)

select * from totalled
