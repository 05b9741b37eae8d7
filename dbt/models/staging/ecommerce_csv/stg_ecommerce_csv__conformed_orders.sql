with transactions as (
    select * from {{ ref('int_ecommerce_csv__transactions_cleansed') }}
),

mapped as (
    select
        transaction_id as order_id,
        transaction_id as order_number,
        customer_id,
        currency_code,
        subtotal_amount as gross_amount,
        discount_amount,
        tax_amount,
        shipping_amount,
        payment_method as payment_word,
        is_deleted,
        transaction_at as ordered_at,
        updated_at,
        _feed,
        _load_id,
        null as paid_order_number,
        null as noted_order_number,
        0 as gift_card_amount,
        0 as service_fee_amount,
        0 as duty_amount,
        0 as rounding_amount,
        0 as tip_amount,
        false as is_test,
        case
            when transaction_status in ('completed', 'paid', 'shipped', 'delivered') then 'paid'
            when transaction_status in ('refunded', 'returned') then 'refunded'
            when transaction_status = 'partially_refunded' then 'partially_refunded'
            when transaction_status in ('cancelled', 'canceled') then 'cancelled'
            when transaction_status = 'failed' then 'failed'
            else 'pending'
        end as order_status,
        {{ payment_method('payment_method') }} as payment_method,
        coalesce(
            total_amount, subtotal_amount - discount_amount + tax_amount + shipping_amount
        ) as total_amount,
        coalesce(transaction_status in ('cancelled', 'canceled'), false) as is_cancelled,
        {{ local_date('transaction_at') }} as ordered_on
    from transactions
),

final as (
    {{ conform('orders', 'mapped') }}
)

select * from final
