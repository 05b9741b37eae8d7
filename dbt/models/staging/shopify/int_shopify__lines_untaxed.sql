-- Lines without tax: what the customer paid for them less the vendor's own tax, never a rate.
--
-- A line that does not tell its tax gets its share of the order's, which shipping bears, too.
with lines as (
    select * from {{ ref('int_shopify__lines_discounted') }}
),

orders as (
    select * from {{ ref('int_shopify__orders_shipped') }}
),

shared as (
    select
        lines.*,
        orders.is_tax_included,
        orders.order_tax_amount,
        orders.shipping_with_tax_amount,
        lines.original_total_amount - lines.discount_amount as paid_amount,
        count(case when lines.tax_amount is null then 1 end)
            over (partition by lines._feed, lines.order_id) as untold_count,
        sum(
            case
                when lines.is_gift_card then 0
                else lines.original_total_amount - lines.discount_amount
            end
        ) over (partition by lines._feed, lines.order_id) as order_paid_amount
    from lines
    left join orders
        on
            lines._feed = orders._feed
            and lines.order_id = orders.order_id
),

weighed as (
    select
        *,
        nullif(order_paid_amount + shipping_with_tax_amount, 0) as taxed_with_shipping_amount
    from shared
),

taxed as (
    select
        *,
        case when is_gift_card then 0 else paid_amount end as taxed_amount,
        {{ to_minor_unit(
            'order_tax_amount * order_paid_amount / taxed_with_shipping_amount', 'currency_code'
        ) }} as goods_tax_amount
    from weighed
),

spread as (
    {{ spread(
        'taxed', 'spread_tax_amount', 'goods_tax_amount', 'taxed_amount', ['_feed', 'order_id'],
        'line_item_id'
    ) }}
),

split as (
    select
        *,
        (order_paid_amount - goods_tax_amount) / nullif(order_paid_amount, 0)
            as goods_share_untaxed,
        case when untold_count = 0 then tax_amount else spread_tax_amount end as line_tax_amount,
        case
            when not coalesce(is_tax_included, false) then 0
            when untold_count = 0 then tax_amount
            else spread_tax_amount
        end as inner_tax_amount
    from spread
),

-- A line that was given away has no tax of its own: its price then holds the order's share of it.
untaxed as (
    select
        line_item_id,
        order_id,
        product_id,
        variant_id,
        sku,
        line_item_name,
        quantity,
        original_unit_price,
        is_gift_card,
        currency_code,
        _feed,
        _load_id,
        {{ as_money('line_tax_amount') }} as tax_amount,
        {{ as_money('paid_amount - inner_tax_amount') }} as net_amount,
        case
            when inner_tax_amount = 0 and not (coalesce(is_tax_included, false) and paid_amount = 0)
                then discount_amount
            when paid_amount > 0
                then {{ to_minor_unit(
                    'discount_amount * (paid_amount - inner_tax_amount) / paid_amount',
                    'currency_code'
                ) }}
            else {{ to_minor_unit(
                'discount_amount * coalesce(goods_share_untaxed, 1)', 'currency_code'
            ) }}
        end as discount_amount
    from split
),

final as (
    select
        *,
        {{ as_money('net_amount + discount_amount') }} as gross_amount
    from untaxed
)

select * from final
