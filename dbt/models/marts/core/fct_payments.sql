with payments as (
    select * from {{ ref('int_payments__unioned') }}
),

final as (
    select
        payment_id,
        order_id,
        customer_id,
        source_connector,
        source_record_id as source_payment_id,
        payment_status,
        payment_word,
        currency_code,
        payment_amount,
        fee_amount,
        is_test,
        is_deleted,
        paid_on,
        paid_at,
        _feed,
        _load_id,
        coalesce(payment_method, 'unknown') as payment_method
    from payments
)

select * from final
