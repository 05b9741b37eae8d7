-- Lines with all that was taken off them, as the shop prices: with tax inside or without.
--
-- Allocations hold everything. Without them a line knows neither order-level nor code discounts;
-- what the order has more is spread over its lines by what is left to pay for them.
with known as (
    select
        *,
        case
            when allocated_discount_amount is not null then allocated_discount_amount
            when original_total_amount - discounted_total_amount > discount_amount
                then original_total_amount - discounted_total_amount
            else coalesce(discount_amount, original_total_amount - discounted_total_amount, 0)
        end as known_discount_amount
    from {{ ref('int_shopify__lines_kept') }}
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
