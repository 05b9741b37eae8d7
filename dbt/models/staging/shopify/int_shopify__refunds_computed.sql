-- Refunds with what their own parts come to, without tax.
--
-- Lines and shipping are on the shop's price basis: with tax inside or without. An adjustment is
-- what the shop kept of that sum, below 0 what it paid on top. A refund whose parts were not read,
-- or that is an amount without any, tells no split. Source: shopify.dev, Refund and
-- OrderAdjustment, read 2026-11.
with refunds as (
    select * from {{ ref('stg_shopify__refunds') }}
),

orders as (
    select * from {{ ref('stg_shopify__orders') }}
),

order_lines as (
    select * from {{ ref('stg_shopify__order_lines') }}
),

line_sums as (
    select
        refund_lines._feed,
        refund_lines.order_id,
        refund_lines.refund_id,
        sum(
            case when order_lines.is_gift_card then 0 else refund_lines.subtotal_amount end
        ) as goods_amount,
        sum(
            case when order_lines.is_gift_card then refund_lines.subtotal_amount else 0 end
        ) as gift_card_amount,
        sum(refund_lines.tax_amount) as tax_amount
    from {{ ref('stg_shopify__refund_lines') }} as refund_lines
    left join order_lines
        on
            refund_lines._feed = order_lines._feed
            and refund_lines.order_id = order_lines.order_id
            and refund_lines.line_item_id = order_lines.line_item_id
    group by refund_lines._feed, refund_lines.order_id, refund_lines.refund_id
),

known as (
    select
        refunds.refund_id,
        refunds.order_id,
        refunds.currency_code,
        refunds.created_at,
        refunds.processed_at,
        refunds._feed,
        refunds._load_id,
        coalesce(refunds.refund_amount, 0) as paid_back_amount,
        coalesce(refunds.stored_value_amount, 0) as stored_value_amount,
        coalesce(line_sums.goods_amount, 0) as goods_amount,
        coalesce(line_sums.gift_card_amount, 0) as gift_card_amount,
        coalesce(line_sums.tax_amount, 0) as goods_tax_amount,
        coalesce(refunds.shipping_amount, 0) as shipping_amount,
        coalesce(refunds.shipping_tax_amount, 0) as shipping_tax_amount,
        coalesce(refunds.duty_amount, 0) as duty_amount,
        coalesce(refunds.adjustment_tax_amount, 0) as kept_tax_amount,
        coalesce(refunds.adjustment_amount, 0) + coalesce(refunds.adjustment_tax_amount, 0)
            as kept_amount,
        coalesce(orders.is_tax_included, false) as is_tax_included,
        line_sums.refund_id is not null or refunds.adjustment_amount is not null as is_read
    from refunds
    left join orders
        on
            refunds._feed = orders._feed
            and refunds.order_id = orders.order_id
    left join line_sums
        on
            refunds._feed = line_sums._feed
            and refunds.order_id = line_sums.order_id
            and refunds.refund_id = line_sums.refund_id
),

untaxed as (
    select
        refund_id,
        order_id,
        currency_code,
        created_at,
        processed_at,
        _feed,
        _load_id,
        paid_back_amount,
        stored_value_amount,
        gift_card_amount,
        duty_amount,
        is_read,
        goods_amount - case when is_tax_included then goods_tax_amount else 0 end as goods_amount,
        shipping_amount - case when is_tax_included then shipping_tax_amount else 0 end
            as shipping_amount,
        goods_tax_amount + shipping_tax_amount - kept_tax_amount as tax_amount,
        goods_amount
        + gift_card_amount
        + shipping_amount
        + duty_amount
        + case when is_tax_included then 0 else goods_tax_amount + shipping_tax_amount end
        - kept_amount as computed_amount
    from known
),

final as (
    select
        *,
        is_read and (computed_amount <> 0 or paid_back_amount = 0) as is_told
    from untaxed
)

select * from final
