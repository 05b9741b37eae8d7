-- Stripe knows no orders: every charge that did not fail is one, at what was captured. Charges that
-- pay another system's order name it in their metadata and are not counted twice
-- (int_orders__settled).
with charges as (
    select * from {{ ref('stg_stripe__charges') }}
    where charge_status <> 'failed'
),

mapped as (
    select
        charge_id as order_id,
        customer_id,
        metadata_order_id as paid_order_number,
        currency_code,
        is_deleted,
        created_at as ordered_at,
        _feed,
        _load_id,
        null as order_number,
        case
            when not is_captured or charge_status <> 'succeeded' then 'pending'
            when refunded_amount >= captured_amount then 'refunded'
            when refunded_amount > 0 then 'partially_refunded'
            else 'paid'
        end as order_status,
        {{ payment_method('payment_method_type') }} as payment_method,
        case when is_captured then captured_amount else charge_amount end as gross_amount,
        0 as discount_amount,
        0 as tax_amount,
        0 as shipping_amount,
        case when is_captured then captured_amount else charge_amount end as total_amount,
        false as is_cancelled,
        not is_live as is_test,
        {{ local_date('created_at') }} as ordered_on,
        null as updated_at
    from charges
),

final as (
    {{ conform('orders', 'mapped') }}
)

select * from final
