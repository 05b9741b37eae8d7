with refunds as (
    select * from {{ ref('stg_stripe__refunds') }}
),

mapped as (
    select
        refund_id,
        charge_id as order_id,
        charge_id as payment_id,
        customer_id,
        currency_code,
        refund_amount,
        is_deleted,
        created_at as refunded_at,
        _feed,
        _load_id,
        false as is_test,
        case refund_status
            when 'succeeded' then 'succeeded'
            when 'failed' then 'failed'
            when 'canceled' then 'failed'
            else 'pending'
        end as refund_status,
        {{ local_date('created_at') }} as refunded_on
    from refunds
),

final as (
    {{ conform('refunds', 'mapped') }}
)

select * from final
