-- Money given back that counts, at the order that holds the sale, with what that order charged and
-- what had come back of it so far. Amounts of a won dispute are negative: it brings back.
with refunds as (
    select * from {{ ref('int_refunds__unioned') }}
    where refund_status = 'succeeded' and not is_test and not is_deleted
),

orders as (
    select * from {{ ref('int_orders__counted') }}
),

sources as (
    {{ revenue_sources() }}
),

-- The first refund of an amount and day is the first of the other copy of the same books, whether
-- its order is known or not.
placed as (
    select
        refunds.*,
        sources.books_name,
        coalesce(sources.source_rank, 999) as refund_rank,
        coalesce(refunds.refund_net_amount, refunds.refund_amount) as compared_amount,
        row_number() over (
            partition by
                refunds.source_connector, refunds._feed, refunds.currency_code, refunds.refunded_on,
                coalesce(refunds.refund_net_amount, refunds.refund_amount)
            order by refunds.refund_id
        ) as place
    from refunds
    left join sources
        on
            refunds.source_connector = sources.source_connector
            and refunds._feed = sources._feed
),

copies as (
    select distinct later.refund_id
    from placed as later
    inner join placed as first_copy
        on
            later.books_name = first_copy.books_name
            and later.currency_code = first_copy.currency_code
            and later.refunded_on = first_copy.refunded_on
            and later.compared_amount = first_copy.compared_amount
            and later.place = first_copy.place
            and later.source_connector <> first_copy.source_connector
            and later.refund_rank > first_copy.refund_rank
),

-- Several systems tell what one order gave back: the first of them that tells any is believed. A
-- chargeback is known to the payment provider, so its kind is looked at by itself.
believed as (
    select
        placed.*,
        copies.refund_id is not null as is_copy,
        case when placed.refund_kind = 'dispute_won' then -1 else 1 end as direction,
        case
            when placed.currency_code = orders.counted_currency_code then orders.counted_order_id
        end as counted_order_id,
        case when orders.is_part_of_other_order then orders.source_rank else 0 end as told_rank,
        min(case when orders.is_part_of_other_order then orders.source_rank else 0 end) over (
            partition by
                coalesce(orders.counted_order_id, placed.order_id, placed.refund_id),
                case when placed.refund_kind in ('dispute', 'dispute_won') then 1 else 0 end
        ) as believed_rank
    from placed
    left join orders on placed.order_id = orders.order_id
    left join copies on placed.refund_id = copies.refund_id
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
        located.is_copy,
        located.currency_code,
        located.refunded_on,
        located.refunded_at,
        located._load_id,
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
