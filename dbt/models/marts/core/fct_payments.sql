with payments as (
    select * from {{ ref('int_payments__unioned') }}
),

people as (
    select * from {{ ref('int_customers__resolved') }}
),

final as (
    select
        payments.payment_id,
        payments.order_id,
        payments.customer_id as customer_record_id,
        payments.source_connector,
        payments.source_record_id as source_payment_id,
        payments.payment_status,
        payments.payment_word,
        payments.currency_code,
        payments.payment_amount,
        payments.fee_amount,
        payments.is_test,
        payments.is_deleted,
        payments.paid_on,
        payments.paid_at,
        payments._feed,
        payments._load_id,
        coalesce(payments.payment_method, 'unknown') as payment_method,
        coalesce(people.customer_id, payments.customer_id) as customer_id
    from payments
    left join people on payments.customer_id = people.record_id
)

select * from final
