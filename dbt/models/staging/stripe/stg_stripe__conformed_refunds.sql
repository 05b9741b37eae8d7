with refunds as (
    select * from {{ ref('int_stripe__refunds_classified') }}
    where not is_release
),

mapped as (
    select
        refund_id,
        charge_id as order_id,
        charge_id as payment_id,
        customer_id,
        refund_kind,
        refund_status,
        currency_code,
        refund_amount,
        settled_currency_code,
        settled_amount,
        settled_fee_amount,
        is_deleted,
        created_at as refunded_at,
        _feed,
        _load_id,
        null as refund_net_amount,
        null as refund_tax_amount,
        null as refund_shipping_amount,
        null as refund_tip_amount,
        null as refund_gift_card_amount,
        null as paid_back_amount,
        null as refund_service_fee_amount,
        null as refund_duty_amount,
        null as refund_rounding_amount,
        false as is_stored_value,
        false as is_test,
        {{ local_date('created_at') }} as refunded_on
    from refunds
),

final as (
    {{ conform('refunds', 'mapped') }}
)

select * from final
