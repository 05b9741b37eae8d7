-- Sales only: an order that holds nothing but a return is what the refunds tell. Tips are the
-- staff's, not revenue. A draft is no order yet.
with orders as (
    select * from {{ ref('int_square__orders_paid') }}
    where
        order_state <> 'DRAFT'
        and not (has_returns and total_amount = 0)
),

mapped as (
    select
        order_id,
        customer_id,
        currency_code,
        discount_amount,
        tax_amount,
        is_deleted,
        created_at as ordered_at,
        updated_at,
        _feed,
        _load_id,
        null as order_number,
        null as paid_order_number,
        0 as shipping_amount,
        false as is_test,
        case
            when order_state = 'CANCELED' then 'cancelled'
            when paid_amount = 0 and order_state = 'COMPLETED' and total_amount = 0 then 'paid'
            when not is_captured then 'pending'
            when refunded_amount >= paid_amount then 'refunded'
            when refunded_amount > 0 then 'partially_refunded'
            else 'paid'
        end as order_status,
        {{ payment_method('source_type') }} as payment_method,
        total_amount - tip_amount - tax_amount + discount_amount as gross_amount,
        total_amount - tip_amount as total_amount,
        order_state = 'CANCELED' as is_cancelled,
        {{ local_date('created_at') }} as ordered_on
    from orders
),

final as (
    {{ conform('orders', 'mapped') }}
)

select * from final
