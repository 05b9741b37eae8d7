-- Sales only: an order that holds nothing but a return is what the refunds tell. Tips are the
-- staff's, not revenue. A draft is no order yet.
with orders as (
    select * from {{ ref('int_square__orders_paid') }}
    where
        coalesce(order_state, 'OPEN') <> 'DRAFT'
        and not (has_returns and total_amount = 0)
),

mapped as (
    select
        order_id,
        customer_id,
        payment_word,
        currency_code,
        discount_amount,
        tax_amount,
        tip_amount,
        gift_card_amount,
        is_deleted,
        created_at as ordered_at,
        updated_at,
        _feed,
        _load_id,
        null as order_number,
        null as paid_order_number,
        null as noted_order_number,
        shipping_amount,
        service_fee_amount,
        rounding_amount,
        0 as duty_amount,
        false as is_test,
        case
            when order_state = 'CANCELED' then 'cancelled'
            -- Square completes an order once it is paid; its payments may not be loaded.
            when paid_amount = 0 and order_state = 'COMPLETED' then 'paid'
            when not is_captured then 'pending'
            when refunded_amount >= paid_amount then 'refunded'
            when refunded_amount > 0 then 'partially_refunded'
            else 'paid'
        end as order_status,
        {{ payment_method('payment_word') }} as payment_method,
        coalesce(
            gross_amount,
            total_amount
            - tip_amount
            - tax_amount
            - gift_card_amount
            - shipping_amount
            - service_fee_amount
            - rounding_amount
            + discount_amount
        ) as gross_amount,
        total_amount - tip_amount as total_amount,
        order_state = 'CANCELED' as is_cancelled,
        {{ local_date('created_at') }} as ordered_on
    from orders
),

final as (
    {{ conform('orders', 'mapped') }}
)

select * from final
