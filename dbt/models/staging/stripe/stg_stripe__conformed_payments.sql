with charges as (
    select * from {{ ref('int_stripe__charges_settled') }}
),

mapped as (
    select
        charge_id as payment_id,
        charge_id as order_id,
        customer_id,
        payment_method_type as payment_word,
        currency_code,
        fee_amount,
        settled_currency_code,
        settled_amount,
        settled_fee_amount,
        is_deleted,
        created_at as paid_at,
        _feed,
        _load_id,
        false as is_test,
        {{ payment_method('payment_method_type') }} as payment_method,
        case
            when charge_status = 'failed' then 'failed'
            when charge_status = 'succeeded' and is_captured then 'succeeded'
            else 'pending'
        end as payment_status,
        case when is_captured then captured_amount else charge_amount end as payment_amount,
        {{ local_date('created_at') }} as paid_on
    from charges
),

final as (
    {{ conform('payments', 'mapped') }}
)

select * from final
