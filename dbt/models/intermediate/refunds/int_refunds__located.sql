-- Money given back that counts, at the order that holds the sale, with what that order charged and
-- what had come back of it so far. Amounts of a won dispute are negative: it brings back.
with refunds as (
    select * from {{ ref('int_refunds__unioned') }}
    where refund_status = 'succeeded' and not is_test and not is_deleted
),

orders as (
    select * from {{ ref('int_orders__counted') }}
),

-- Several systems tell what one order gave back: the first of them that tells any is believed. A
-- chargeback is known to the payment provider, so its kind is looked at by itself.
believed as (
    select
        refunds.*,
        case when refunds.refund_kind = 'dispute_won' then -1 else 1 end as direction,
        case
            when refunds.currency_code = orders.counted_currency_code then orders.counted_order_id
        end as counted_order_id,
        case when orders.is_part_of_other_order then orders.source_rank else 0 end as told_rank,
        min(case when orders.is_part_of_other_order then orders.source_rank else 0 end) over (
            partition by
                coalesce(orders.counted_order_id, refunds.order_id, refunds.refund_id),
                case when refunds.refund_kind in ('dispute', 'dispute_won') then 1 else 0 end
        ) as believed_rank
    from refunds
    left join orders on refunds.order_id = orders.order_id
),

located as (
    select
        *,
        case
            when told_rank = believed_rank then coalesce(counted_order_id, order_id)
            else order_id
        end as sold_order_id
    from believed
),

final as (
    select
        located.refund_id,
        located.sold_order_id as order_id,
        located.refund_kind,
        located.currency_code,
        located.settled_currency_code,
        located.refunded_on,
        located.refunded_at,
        located._load_id,
        -- Signed as it is: of a won chargeback it comes back.
        located.settled_fee_amount,
        located.direction * located.refund_amount as refund_amount,
        located.direction * located.refund_net_amount as told_net_amount,
        located.direction * coalesce(located.refund_tax_amount, 0) as told_tax_amount,
        located.direction * coalesce(located.refund_shipping_amount, 0) as told_shipping_amount,
        located.direction * coalesce(located.refund_tip_amount, 0) as told_tip_amount,
        located.direction * coalesce(located.refund_gift_card_amount, 0) as told_gift_card_amount,
        located.direction * coalesce(located.refund_service_fee_amount, 0)
            as told_service_fee_amount,
        located.direction * coalesce(located.refund_duty_amount, 0) as told_duty_amount,
        located.direction * coalesce(located.refund_rounding_amount, 0) as told_rounding_amount,
        coalesce(located.is_stored_value, false) as is_stored_value,
        located.direction * coalesce(located.paid_back_amount, located.refund_amount)
            as paid_back_amount,
        located.direction * located.settled_amount as settled_amount,
        coalesce(located.counted_order_id, located.order_id) as fee_order_id,
        coalesce(orders.source_connector, located.source_connector) as source_connector,
        coalesce(orders._feed, located._feed) as _feed,
        orders.gross_amount - coalesce(orders.discount_amount, 0) as order_net_amount,
        coalesce(orders.tax_amount, 0) as order_tax_amount,
        coalesce(orders.shipping_amount, 0) as order_shipping_amount,
        coalesce(orders.service_fee_amount, 0) as order_service_fee_amount,
        coalesce(orders.duty_amount, 0) as order_duty_amount,
        coalesce(orders.gift_card_amount, 0) as order_gift_card_amount,
        coalesce(orders.rounding_amount, 0) as order_rounding_amount,
        coalesce(orders.tip_amount, 0) as order_tip_amount,
        nullif(orders.total_amount, 0) as order_total_amount,
        sum(located.direction * located.refund_amount) over (
            partition by located.sold_order_id
            order by located.refunded_at, located.refund_id
            rows between unbounded preceding and current row
        ) as so_far_amount
    from located
    left join orders on located.sold_order_id = orders.order_id
)

select * from final
