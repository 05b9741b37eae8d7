-- Money that came in and what providers kept of it. Stored value (gift card, store credit) is not
-- new money: it was paid for when it was sold.
with payments as (
    select * from {{ ref('int_payments__unioned') }}
    where payment_status = 'succeeded' and not is_test and not is_deleted
),

orders as (
    select * from {{ ref('int_orders__counted') }}
),

-- Several systems tell the money of one order: the shop its own payments, the provider the charges,
-- the books what was booked. The first of them that tells any is believed.
located as (
    select
        payments.*,
        orders.ordered_on,
        case
            when payments.currency_code = orders.counted_currency_code then orders.counted_order_id
            else payments.order_id
        end as sold_order_id,
        min(case when orders.is_part_of_other_order then orders.source_rank else 0 end) over (
            partition by coalesce(orders.counted_order_id, payments.order_id, payments.payment_id)
        ) as believed_rank,
        case when orders.is_part_of_other_order then orders.source_rank else 0 end as told_rank
    from payments
    left join orders on payments.order_id = orders.order_id
),

-- What the provider kept only the provider knows: that stands at the order that counts, in the
-- currency in which it was taken.
entries as (
    select
        case when told_rank = believed_rank then sold_order_id else order_id end as order_id,
        payment_id,
        currency_code,
        payment_amount as amount,
        case when settled_currency_code = '{{ var("tenant_currency") }}' then settled_amount end
            as settled_amount,
        told_rank = believed_rank as is_counted,
        case when payment_method = 'gift_card' then 'stored_value' else 'money' end as amount_kind
    from located
    union all
    select
        sold_order_id as order_id,
        payment_id,
        case when fee_amount is null then settled_currency_code else currency_code end
            as currency_code,
        -coalesce(fee_amount, settled_fee_amount) as amount,
        {{ null_of('amount') }} as settled_amount,
        true as is_counted,
        case when fee_amount is null then 'settled_fee' else 'fee' end as amount_kind
    from located
    where coalesce(fee_amount, settled_fee_amount) <> 0
),

final as (
    select
        entries.order_id,
        {{ null_of('id') }} as order_line_id,
        entries.payment_id as record_id,
        'payment' as record_type,
        entries.amount_kind,
        entries.amount,
        entries.settled_amount,
        located._load_id,
        located.source_connector,
        entries.currency_code,
        entries.is_counted,
        located.ordered_on,
        located.paid_on as booked_on,
        located.paid_at as booked_at,
        located._feed,
        'payment' as event_kind,
        false as is_estimated
    from entries
    inner join located on entries.payment_id = located.payment_id
)

select * from final
