-- A refund names the order that the return made; the order that was sold is its payment's.
with refunds as (
    select * from {{ ref('stg_square__refunds') }}
),

payments as (
    select * from {{ ref('stg_square__payments') }}
),

located as (
    select
        refunds.refund_id,
        refunds.payment_id,
        refunds.return_order_id,
        refunds.refund_status,
        refunds.currency_code,
        refunds.refund_amount,
        refunds.is_deleted,
        refunds.created_at,
        refunds._feed,
        refunds._load_id,
        payments.order_id,
        payments.customer_id
    from refunds
    left join payments
        on
            refunds._feed = payments._feed
            and refunds.payment_id = payments.payment_id
)

select * from located
