-- Lines as they stand in their order, on the shop's price basis.
--
-- What an edit removed is no line any more: a refund that gave it back says so itself. A tip that a
-- till rang up as a line is the order's tip. Where a refund was not read, what is gone is not
-- known.
with lines as (
    select * from {{ ref('stg_shopify__order_lines') }}
),

orders as (
    select * from {{ ref('stg_shopify__orders') }}
),

refunded as (
    select
        _feed,
        order_id,
        line_item_id,
        sum(quantity) as quantity
    from {{ ref('stg_shopify__refund_lines') }}
    group by _feed, order_id, line_item_id
),

unread as (
    select distinct
        _feed,
        order_id
    from {{ ref('int_shopify__refunds_computed') }}
    where not is_read
),

counted as (
    select
        lines.*,
        orders.currency_code,
        orders.subtotal_amount,
        orders.discount_amount as order_discount_amount,
        case
            when orders.is_cancelled or unread.order_id is not null then 0
            when lines.quantity > lines.current_quantity + coalesce(refunded.quantity, 0)
                then lines.quantity - lines.current_quantity - coalesce(refunded.quantity, 0)
            else 0
        end as removed_quantity
    from lines
    left join orders
        on
            lines._feed = orders._feed
            and lines.order_id = orders.order_id
    left join unread
        on
            lines._feed = unread._feed
            and lines.order_id = unread.order_id
    left join refunded
        on
            lines._feed = refunded._feed
            and lines.order_id = refunded.order_id
            and lines.line_item_id = refunded.line_item_id
    where
        lines.product_id is not null
        or lines.variant_id is not null
        or lower(coalesce(lines.line_item_name, '')) <> 'tip'
        or lines.original_total_amount <> coalesce(orders.tip_amount, 0)
),

kept as (
    select
        line_item_id,
        order_id,
        product_id,
        variant_id,
        sku,
        line_item_name,
        original_unit_price,
        is_gift_card,
        currency_code,
        subtotal_amount,
        order_discount_amount,
        _feed,
        _load_id,
        quantity - removed_quantity as quantity
        {%- for column in [
            'original_total_amount', 'discounted_total_amount', 'discount_amount',
            'allocated_discount_amount', 'tax_amount',
        ] %}
            ,
            case
                when removed_quantity > 0
                    then {{ to_minor_unit(
                        column ~ ' * (quantity - removed_quantity) / nullif(quantity, 0)',
                        'currency_code'
                    ) }}
                else {{ column }}
            end as {{ column }}
        {%- endfor %}
    from counted
    where removed_quantity = 0 or removed_quantity < quantity
)

select * from kept
