-- Money that came in and what providers kept of it. Stored value (gift card, store credit) is not
-- new money: it was paid for when it was sold.
with payments as (
    select * from {{ ref('int_payments__unioned') }}
    where payment_status = 'succeeded' and not is_test and not is_deleted
),

orders as (
    select * from {{ ref('int_orders__counted') }}
),

located as (
    select
        payments.*,
        coalesce(orders.is_payment_of_other_order, false) as is_payment_of_other_order,
        case
            when payments.currency_code = orders.paid_currency_code then orders.paid_order_id
            else payments.order_id
        end as sold_order_id
    from payments
    left join orders on payments.order_id = orders.order_id
),

-- A shop tells its payments itself, so its provider's are the same money. What the provider kept
-- only the provider knows: that stands at the shop's order.
entries as (
    select
        order_id,
        payment_id,
        payment_amount as amount,
        not is_payment_of_other_order as is_counted,
        case when payment_method = 'gift_card' then 'stored_value' else 'money' end as amount_kind
    from located
    union all
    select
        sold_order_id as order_id,
        payment_id,
        -fee_amount as amount,
        true as is_counted,
        'fee' as amount_kind
    from located
    where fee_amount <> 0
),

final as (
    select
        entries.order_id,
        {{ null_of('id') }} as order_line_id,
        entries.payment_id as record_id,
        'payment' as record_type,
        entries.amount_kind,
        entries.amount,
        located._load_id,
        located.source_connector,
        located.currency_code,
        entries.is_counted,
        located.paid_on as booked_on,
        located.paid_at as booked_at,
        located._feed,
        'payment' as event_kind,
        false as is_estimated
    from entries
    inner join located on entries.payment_id = located.payment_id
)

select * from final
