-- The export has no payments, only transactions that were paid.
with transactions as (
    select * from {{ ref('int_ecommerce_csv__transactions_cleansed') }}
    where transaction_status in (
        'completed', 'paid', 'shipped', 'delivered', 'refunded', 'returned', 'partially_refunded'
    )
),

mapped as (
    select
        transaction_id as payment_id,
        transaction_id as order_id,
        customer_id,
        currency_code,
        payment_method as payment_word,
        is_deleted,
        transaction_at as paid_at,
        _feed,
        _load_id,
        null as settled_currency_code,
        null as settled_amount,
        null as settled_fee_amount,
        'succeeded' as payment_status,
        null as fee_amount,
        false as is_test,
        {{ payment_method('payment_method') }} as payment_method,
        coalesce(
            total_amount, subtotal_amount - discount_amount + tax_amount + shipping_amount
        ) as payment_amount,
        {{ local_date('transaction_at') }} as paid_on
    from transactions
),

final as (
    {{ conform('payments', 'mapped') }}
)

select * from final
