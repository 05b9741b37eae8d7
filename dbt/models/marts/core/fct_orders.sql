with orders as (
    select * from {{ ref('int_orders__settled') }}
),

people as (
    select * from {{ ref('int_customers__resolved') }}
),

final as (
    select
        orders.order_id,
        orders.source_connector,
        orders.source_record_id as source_order_id,
        orders.customer_id as customer_record_id,
        orders.counted_order_id,
        orders.order_number,
        orders.order_status,
        orders.payment_word,
        orders.currency_code,
        orders.gross_amount,
        orders.discount_amount,
        orders.tax_amount,
        orders.shipping_amount,
        orders.service_fee_amount,
        orders.duty_amount,
        orders.gift_card_amount,
        orders.rounding_amount,
        orders.unexplained_amount,
        orders.total_amount,
        orders.tip_amount,
        orders.refund_amount,
        orders.dispute_amount,
        orders.refund_net_amount,
        orders.refund_tax_amount,
        orders.refund_shipping_amount,
        orders.net_amount,
        orders.revenue_amount,
        orders.kept_amount,
        orders.paid_amount,
        orders.paid_back_amount,
        orders.fee_amount,
        orders.tenant_currency_code,
        orders.exchange_rate,
        {%- for column in tenant_columns() + ['paid_amount', 'fee_amount'] %}
            orders.tenant_{{ column }},
        {%- endfor %}
        orders.settlement_difference_amount,
        orders.is_counted,
        orders.is_part_of_other_order,
        orders.is_cancelled,
        orders.is_test,
        orders.is_deleted,
        orders.ordered_on,
        orders.ordered_at,
        orders._feed,
        orders._load_id,
        coalesce(orders.payment_method, 'unknown') as payment_method,
        coalesce(people.customer_id, orders.customer_id) as customer_id
    from orders
    left join people on orders.customer_id = people.record_id
)

select * from final
