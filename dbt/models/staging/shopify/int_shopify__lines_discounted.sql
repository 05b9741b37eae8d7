-- Lines with all that was taken off them, as the shop prices: with tax inside or without.
--
-- Allocations hold everything. Without them a line knows neither order-level nor code discounts;
-- what the order has more is spread over its lines by what is left to pay for them.
with lines as (
    select * from {{ ref('stg_shopify__order_lines') }}
),

orders as (
    select * from {{ ref('stg_shopify__orders') }}
),

known as (
    select
        lines.line_item_id,
        lines.order_id,
        lines.product_id,
        lines.variant_id,
        lines.sku,
        lines.line_item_name,
        lines.quantity,
        lines.original_unit_price,
        lines.original_total_amount,
        lines.tax_amount,
        lines.is_gift_card,
        lines.allocated_discount_amount,
        lines._feed,
        lines._load_id,
        orders.currency_code,
        orders.subtotal_amount,
        orders.discount_amount as order_discount_amount,
        case
            when lines.allocated_discount_amount is not null then lines.allocated_discount_amount
            when lines.original_total_amount - lines.discounted_total_amount > lines.discount_amount
                then lines.original_total_amount - lines.discounted_total_amount
            else coalesce(
                lines.discount_amount,
                lines.original_total_amount - lines.discounted_total_amount,
                0
            )
        end as known_discount_amount
    from lines
    left join orders
        on
            lines._feed = orders._feed
            and lines.order_id = orders.order_id
),

summed as (
    select
        *,
        count(case when allocated_discount_amount is null then 1 end)
            over (partition by _feed, order_id) as unallocated_count,
        sum(original_total_amount - known_discount_amount) over (partition by _feed, order_id)
        - subtotal_amount as missing_in_subtotal,
        order_discount_amount
        - sum(known_discount_amount) over (partition by _feed, order_id) as missing_in_discount
    from known
),

-- Whether the subtotal has gift cards is not promised, and the order's discount may be of shipping:
-- the smaller of the two is what the lines lack.
lacking as (
    select
        *,
        case
            when unallocated_count = 0 then 0
            when missing_in_subtotal <= 0 or missing_in_discount <= 0 then 0
            when missing_in_subtotal < missing_in_discount then missing_in_subtotal
            else missing_in_discount
        end as lacking_amount,
        case
            when is_gift_card then 0
            else original_total_amount - known_discount_amount
        end as left_amount
    from summed
),

spread as (
    {{ spread(
        'lacking', 'spread_amount', 'lacking_amount', 'left_amount', ['_feed', 'order_id'],
        'line_item_id'
    ) }}
),

discounted as (
    select
        line_item_id,
        order_id,
        product_id,
        variant_id,
        sku,
        line_item_name,
        quantity,
        original_unit_price,
        original_total_amount,
        tax_amount,
        is_gift_card,
        currency_code,
        _feed,
        _load_id,
        {{ as_money('known_discount_amount + spread_amount') }} as discount_amount
    from spread
)

select * from discounted
