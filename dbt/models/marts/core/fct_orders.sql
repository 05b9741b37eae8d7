with orders as (
    select * from {{ ref('int_orders__settled') }}
),

final as (
    select
        order_id,
        source_connector,
        source_record_id as source_order_id,
        customer_id,
        order_number,
        order_status,
        payment_word,
        currency_code,
        gross_amount,
        discount_amount,
        tax_amount,
        shipping_amount,
        service_fee_amount,
        duty_amount,
        gift_card_amount,
        rounding_amount,
        unexplained_amount,
        total_amount,
        tip_amount,
        refund_amount,
        dispute_amount,
        refund_net_amount,
        refund_tax_amount,
        refund_shipping_amount,
        net_amount,
        revenue_amount,
        kept_amount,
        paid_amount,
        paid_back_amount,
        fee_amount,
        is_counted,
        is_payment_of_other_order,
        is_cancelled,
        is_test,
        is_deleted,
        ordered_on,
        ordered_at,
        _feed,
        _load_id,
        coalesce(payment_method, 'unknown') as payment_method
    from orders
)

select * from final
