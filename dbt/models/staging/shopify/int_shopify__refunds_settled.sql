-- Refunds with all they gave back and what of it was money.
--
-- Where the two differ, what is owed for the order decides: lines removed unpaid and an exchange
-- move less money than they give back, and the order is square; any other difference was kept of
-- the refund or paid on top of it.
with refunds as (
    select * from {{ ref('int_shopify__refunds_computed') }}
),

orders as (
    select * from {{ ref('int_shopify__orders_totalled') }}
),

received as (
    select
        _feed,
        order_id,
        sum(
            case
                when transaction_kind = 'change' then -transaction_amount else transaction_amount
            end
        ) as received_amount
    from {{ ref('stg_shopify__transactions') }}
    where
        transaction_kind in ('sale', 'capture', 'change')
        and transaction_status = 'success'
        and not is_test
    group by _feed, order_id
),

refund_sums as (
    select
        _feed,
        order_id,
        sum(case when is_told then computed_amount else paid_back_amount end) as computed_amount,
        sum(paid_back_amount) as paid_back_amount
    from refunds
    group by _feed, order_id
),

settled as (
    select
        refunds.*,
        coalesce(
            orders.total_amount
            + orders.tip_amount
            - orders.rounding_amount
            - refund_sums.computed_amount
            = received.received_amount - refund_sums.paid_back_amount,
            false
        ) as is_square
    from refunds
    inner join refund_sums
        on
            refunds._feed = refund_sums._feed
            and refunds.order_id = refund_sums.order_id
    left join orders
        on
            refunds._feed = orders._feed
            and refunds.order_id = orders.order_id
    left join received
        on
            refunds._feed = received._feed
            and refunds.order_id = received.order_id
),

final as (
    select
        refund_id,
        order_id,
        currency_code,
        created_at,
        processed_at,
        paid_back_amount,
        _feed,
        _load_id,
        case
            when is_told and (paid_back_amount = 0 or is_square) then computed_amount
            else paid_back_amount
        end as refund_amount,
        case when is_told then goods_amount end as goods_amount,
        case when is_told then tax_amount end as tax_amount,
        case when is_told then shipping_amount end as shipping_amount,
        case when is_told then duty_amount end as duty_amount,
        case when is_told then gift_card_amount end as gift_card_amount,
        paid_back_amount > 0 and stored_value_amount >= paid_back_amount as is_stored_value
    from settled
)

select * from final
