-- Orders with whether they count as revenue: the one place that decides it.
with orders as (
    select * from {{ ref('int_orders__unioned') }}
),

paid_through as (
    select * from {{ ref('int_orders__paid_through') }}
),

counted as (
    select
        orders.source_connector,
        orders.source_record_id,
        {%- for name, kind in concept_columns('orders') %}
            orders.{{ name }},
        {%- endfor %}
        paid_through.paid_order_id,
        paid_through.paid_currency_code,
        paid_through.order_id is not null as is_payment_of_other_order,
        orders.order_status in ('invoiced', 'paid', 'partially_refunded', 'refunded')
        and not orders.is_test
        and not orders.is_deleted
        and paid_through.order_id is null as is_counted
    from orders
    left join paid_through on orders.order_id = paid_through.order_id
)

select * from counted
