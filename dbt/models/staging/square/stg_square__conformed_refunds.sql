with refunds as (
    select * from {{ ref('int_square__refunds_located') }}
),

mapped as (
    select
        refund_id,
        order_id,
        payment_id,
        customer_id,
        currency_code,
        refund_amount,
        is_deleted,
        created_at as refunded_at,
        _feed,
        _load_id,
        false as is_test,
        'refund' as refund_kind,
        refund_net_amount,
        refund_tax_amount,
        refund_tip_amount,
        refund_service_fee_amount,
        refund_rounding_amount,
        paid_back_amount,
        null as refund_shipping_amount,
        null as refund_gift_card_amount,
        null as refund_duty_amount,
        is_stored_value,
        case refund_status
            when 'COMPLETED' then 'succeeded'
            when 'PENDING' then 'pending'
            else 'failed'
        end as refund_status,
        {{ local_date('created_at') }} as refunded_on
    from refunds
),

final as (
    {{ conform('refunds', 'mapped') }}
)

select * from final
