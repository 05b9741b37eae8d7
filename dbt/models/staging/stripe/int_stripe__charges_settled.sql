-- The balance transaction of a charge says what it became in the account's own currency, and the
-- fee in that currency, too: only where both are one is it the charge's fee. Of a charge that was
-- captured in part the balance holds the whole and takes the rest back in a row of its own.
with charges as (
    select * from {{ ref('stg_stripe__charges') }}
),

movements as (
    select * from {{ ref('stg_stripe__balance_transactions') }}
),

refund_sums as (
    select
        _feed,
        charge_id,
        sum(refund_amount) as refunded_amount
    from {{ ref('int_stripe__refunds_classified') }}
    where refund_kind = 'refund' and refund_status = 'succeeded' and not is_release
    group by _feed, charge_id
),

settled as (
    select
        charges.charge_id,
        charges.customer_id,
        charges.charge_status,
        charges.payment_method_type,
        charges.metadata_order_id,
        charges.charge_description,
        charges.currency_code,
        charges.charge_amount,
        charges.captured_amount,
        charges.is_captured,
        charges.is_refunded,
        charges.is_deleted,
        charges.created_at,
        charges._feed,
        charges._load_id,
        case when movements.currency_code = charges.currency_code then movements.fee_amount end
            as fee_amount,
        movements.currency_code as settled_currency_code,
        case
            when charges.captured_amount >= charges.charge_amount then movements.balance_amount
        end as settled_amount,
        movements.fee_amount as settled_fee_amount,
        -- Of a part that was captured Stripe's own sum may hold the rest that was released.
        case
            when charges.captured_amount < charges.charge_amount
                then {{ as_money('coalesce(refund_sums.refunded_amount, 0)') }}
            else charges.refunded_amount
        end as refunded_amount
    from charges
    left join movements
        on
            charges._feed = movements._feed
            and charges.balance_transaction_id = movements.balance_transaction_id
    left join refund_sums
        on
            charges._feed = refund_sums._feed
            and charges.charge_id = refund_sums.charge_id
)

select * from settled
