{{ config(alias='refunds') }}
{% set parts = {
    'goods': ['goods', 'discount', 'adjustment'], 'shipping': ['shipping'], 'tax': ['tax'],
    'paid_back': ['money', 'stored_value'],
} %}

with entries as (
    select * from {{ ref('fct_money_ledger') }}
    where event_kind <> 'sale' and event_kind <> 'payment' and is_counted
),

orders as (
    select * from {{ ref('fct_orders') }}
),

final as (
    select
        entries.record_id as refund_id,
        entries.order_id,
        orders.order_number,
        entries.source_connector as source_system,
        entries.event_kind as kind,
        entries.booked_on as refund_date,
        entries.booked_at as refunded_at,
        orders.customer_id,
        entries.currency_code as currency
        {%- for column, kinds in parts.items() %}
            ,
            {{ as_money('-' ~ ledger_part(kinds)) }} as {{ column }}
        {%- endfor %}
    from entries
    left join orders on entries.order_id = orders.order_id
    where entries.record_type = 'refund'
    group by
        entries.record_id,
        entries.order_id,
        orders.order_number,
        entries.source_connector,
        entries.event_kind,
        entries.booked_on,
        entries.booked_at,
        orders.customer_id,
        entries.currency_code
)

select * from final
