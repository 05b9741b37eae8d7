with transactions as (
    select * from {{ ref('stg_shopify__transactions') }}
),

-- An authorization reserves money and a void frees it: only sale and capture take it; change is
-- cash given back over the counter.
takings as (
    select
        *,
        coalesce(processed_at, created_at) as paid_at
    from transactions
    where transaction_kind in ('sale', 'capture', 'change')
),

mapped as (
    select
        transaction_id as payment_id,
        order_id,
        gateway as payment_word,
        currency_code,
        is_test,
        paid_at,
        _feed,
        _load_id,
        null as settled_currency_code,
        null as settled_amount,
        null as settled_fee_amount,
        null as customer_id,
        {{ payment_method('gateway') }} as payment_method,
        case transaction_status
            when 'success' then 'succeeded'
            when 'failure' then 'failed'
            when 'error' then 'failed'
            else 'pending'
        end as payment_status,
        null as fee_amount,
        case when transaction_kind = 'change' then -transaction_amount else transaction_amount end
            as payment_amount,
        false as is_deleted,
        {{ local_date('paid_at') }} as paid_on
    from takings
),

final as (
    {{ conform('payments', 'mapped') }}
)

select * from final
