-- Stripe knows no orders: every charge that did not fail is one, at what was captured. Charges that
-- pay another system's order name it in their metadata and are not counted twice
-- (int_orders__settled). A key sees live or test objects, never both, so a feed of test objects is
-- one by choice: livemode excludes nothing.
with charges as (
    select * from {{ ref('int_stripe__charges_settled') }}
    where charge_status <> 'failed'
),

mapped as (
    select
        charge_id as order_id,
        customer_id,
        metadata_order_id as paid_order_number,
        payment_method_type as payment_word,
        currency_code,
        is_deleted,
        created_at as ordered_at,
        _feed,
        _load_id,
        null as order_number,
        {{ number_in_text('charge_description') }} as noted_order_number,
        {{ null_of('timestamp') }} as updated_at,
        false as is_test,
        0 as discount_amount,
        0 as tax_amount,
        0 as shipping_amount,
        0 as gift_card_amount,
        0 as service_fee_amount,
        0 as duty_amount,
        0 as rounding_amount,
        0 as tip_amount,
        case
            -- An authorization that was released; Stripe calls that a refund.
            when not is_captured and is_refunded then 'cancelled'
            when not is_captured or charge_status <> 'succeeded' then 'pending'
            when refunded_amount >= captured_amount then 'refunded'
            when refunded_amount > 0 then 'partially_refunded'
            else 'paid'
        end as order_status,
        {{ payment_method('payment_method_type') }} as payment_method,
        case when is_captured then captured_amount else charge_amount end as gross_amount,
        case when is_captured then captured_amount else charge_amount end as total_amount,
        not is_captured and is_refunded as is_cancelled,
        {{ local_date('created_at') }} as ordered_on
    from charges
),

final as (
    {{ conform('orders', 'mapped') }}
)

select * from final
