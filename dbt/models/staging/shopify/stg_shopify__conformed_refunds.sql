with refunds as (
    select * from {{ ref('stg_shopify__refunds') }}
),

timed as (
    select
        *,
        coalesce(processed_at, created_at) as refunded_at
    from refunds
),

mapped as (
    select
        refund_id,
        order_id,
        currency_code,
        refund_amount,
        refunded_at,
        _feed,
        _load_id,
        null as payment_id,
        null as customer_id,
        'refund' as refund_kind,
        'succeeded' as refund_status,
        null as refund_net_amount,
        null as refund_tax_amount,
        null as refund_shipping_amount,
        null as refund_tip_amount,
        null as refund_gift_card_amount,
        null as paid_back_amount,
        false as is_test,
        false as is_deleted,
        {{ local_date('refunded_at') }} as refunded_on
    from timed
),

final as (
    {{ conform('refunds', 'mapped') }}
)

select * from final
