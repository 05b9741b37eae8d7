-- Payments with what Square keeps of them; a fee is known hours to days after the payment.
with payments as (
    select * from {{ ref('stg_square__payments') }}
),

fees as (
    select
        _feed,
        payment_id,
        sum(fee_amount) as fee_amount
    from {{ ref('stg_square__payment_processing_fee') }}
    group by _feed, payment_id
),

charged as (
    select
        payments.payment_id,
        payments.order_id,
        payments.customer_id,
        payments.payment_status,
        payments.payment_word,
        payments.currency_code,
        payments.total_amount,
        payments.is_deleted,
        payments.created_at,
        payments._feed,
        payments._load_id,
        {{ as_money('fees.fee_amount') }} as fee_amount
    from payments
    left join fees
        on
            payments._feed = fees._feed
            and payments.payment_id = fees.payment_id
)

select * from charged
