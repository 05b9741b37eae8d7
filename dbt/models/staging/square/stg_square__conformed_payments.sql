with payments as (
    select * from {{ ref('int_square__payments_charged') }}
),

mapped as (
    select
        payment_id,
        order_id,
        customer_id,
        payment_word,
        currency_code,
        fee_amount,
        is_deleted,
        created_at as paid_at,
        _feed,
        _load_id,
        null as settled_currency_code,
        null as settled_amount,
        null as settled_fee_amount,
        -- Tips came in as well.
        total_amount as payment_amount,
        false as is_test,
        {{ payment_method('payment_word') }} as payment_method,
        case payment_status
            when 'COMPLETED' then 'succeeded'
            when 'FAILED' then 'failed'
            when 'CANCELED' then 'failed'
            else 'pending'
        end as payment_status,
        {{ local_date('created_at') }} as paid_on
    from payments
),

final as (
    {{ conform('payments', 'mapped') }}
)

select * from final
