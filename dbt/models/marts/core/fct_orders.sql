with orders as (
    select * from {{ ref('int_orders__settled') }}
),

people as (
    select * from {{ ref('int_customers__resolved') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

named as (
    select
        orders.*,
        coalesce(people.customer_id, orders.customer_id) as person_id
    from orders
    left join people on orders.customer_id = people.record_id
),

final as (
    select
        named.order_id,
        named.source_connector,
        named.source_record_id as source_order_id,
        named.customer_id as customer_record_id,
        named.counted_order_id,
        named.order_number,
        named.order_status,
        named.payment_word,
        named.currency_code,
        named.gross_amount,
        named.discount_amount,
        named.tax_amount,
        named.shipping_amount,
        named.service_fee_amount,
        named.duty_amount,
        named.gift_card_amount,
        named.rounding_amount,
        named.unexplained_amount,
        named.total_amount,
        named.tip_amount,
        named.refund_amount,
        named.dispute_amount,
        named.refund_net_amount,
        named.refund_tax_amount,
        named.refund_shipping_amount,
        named.net_amount,
        named.revenue_amount,
        named.kept_amount,
        named.paid_amount,
        named.paid_back_amount,
        named.fee_amount,
        named.tenant_currency_code,
        named.exchange_rate,
        {%- for column in tenant_columns() + ['paid_amount', 'fee_amount'] %}
            named.tenant_{{ column }},
        {%- endfor %}
        named.settlement_difference_amount,
        named.is_counted,
        named.is_part_of_other_order,
        named.is_cancelled,
        named.is_test,
        named.is_deleted,
        named.ordered_on,
        named.ordered_at,
        named._feed,
        named._load_id,
        named.person_id as customer_id,
        coalesce(named.payment_method, 'unknown') as payment_method,
        {{ member_or_unknown('customers.customer_sk') }} as customer_sk,
        {{ date_key('named.ordered_on') }} as date_key
    from named
    left join customers
        on
            named.person_id = customers.customer_id
            and {{ as_of('customers', 'named.ordered_at') }}
)

select * from final
