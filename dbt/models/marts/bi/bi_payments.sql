{{ config(alias='payments') }}

with payments as (
    select * from {{ ref('fct_payments') }}
    where payment_status = 'succeeded' and not is_test and not is_deleted
),

customers as (
    select * from {{ ref('dim_customers') }}
    where is_current
),

final as (
    select
        payments.payment_id,
        payments.order_id,
        payments.source_connector as source_system,
        payments.paid_on as payment_date,
        payments.paid_at,
        payments.payment_method,
        payments.customer_id,
        customers.customer_name,
        payments.currency_code as currency,
        payments.payment_amount as amount,
        payments.fee_amount as fee
    from payments
    left join customers on payments.customer_id = customers.customer_id
)

select * from final
