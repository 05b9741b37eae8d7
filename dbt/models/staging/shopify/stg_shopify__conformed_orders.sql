with orders as (
    select * from {{ ref('stg_shopify__orders') }}
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
        currency_code,
        discount_amount,
        tax_amount,
        shipping_amount,
        total_amount,
        is_cancelled,
        is_test,
        is_deleted,
        ordered_at,
        updated_at,
        _feed,
        _load_id,
        null as paid_order_number,
        -- A cancelled order keeps its financial status: paid and refunded, or voided unpaid.
        case financial_status
            when 'PAID' then 'paid'
            when 'PARTIALLY_REFUNDED' then 'partially_refunded'
            when 'REFUNDED' then 'refunded'
            when 'VOIDED' then 'cancelled'
            when 'EXPIRED' then 'failed'
            else 'pending'
        end as order_status,
        {{ payment_method('payment_gateway') }} as payment_method,
        -- The subtotal is after discounts, and holds the tax in shops that price with tax.
        subtotal_amount
        + discount_amount
        - case when is_tax_included then tax_amount else 0 end as gross_amount,
        {{ local_date('ordered_at') }} as ordered_on
    from timed
),

final as (
    {{ conform('orders', 'mapped') }}
)

select * from final
