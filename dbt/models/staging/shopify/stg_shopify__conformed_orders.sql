with orders as (
    select * from {{ ref('int_shopify__orders_totalled') }}
),

timed as (
    select
        *,
        coalesce(processed_at, created_at) as ordered_at
    from orders
),

mapped as (
    select
        order_id,
        customer_id,
        order_number,
        payment_gateway as payment_word,
        currency_code,
        gross_amount,
        discount_amount,
        tax_amount,
        shipping_amount,
        gift_card_amount,
        service_fee_amount,
        duty_amount,
        rounding_amount,
        total_amount,
        tip_amount,
        is_cancelled,
        is_test,
        is_deleted,
        ordered_at,
        updated_at,
        _feed,
        _load_id,
        null as paid_order_number,
        null as noted_order_number,
        -- A cancelled order keeps its financial status: paid and refunded, or voided unpaid.
        case financial_status
            when 'PAID' then 'paid'
            -- Paid once and owing for what an edit added: sold, not pending.
            when 'PARTIALLY_PAID' then 'invoiced'
            when 'PARTIALLY_REFUNDED' then 'partially_refunded'
            when 'REFUNDED' then 'refunded'
            when 'VOIDED' then 'cancelled'
            when 'EXPIRED' then 'failed'
            else 'pending'
        end as order_status,
        {{ payment_method('payment_gateway') }} as payment_method,
        {{ local_date('ordered_at') }} as ordered_on
    from timed
),

final as (
    {{ conform('orders', 'mapped') }}
)

select * from final
