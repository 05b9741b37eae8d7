{% set amounts = [
    'refund_amount', 'refund_net_amount', 'refund_goods_amount', 'refund_adjustment_amount',
    'refund_tax_amount', 'refund_shipping_amount', 'refund_service_fee_amount',
    'refund_duty_amount', 'refund_gift_card_amount', 'refund_rounding_amount', 'refund_tip_amount',
    'paid_back_amount',
] %}

-- A won chargeback's amounts are below 0: it brings money back.
with refunds as (
    select * from {{ ref('int_refunds__split') }}
),

orders as (
    select * from {{ ref('int_orders__counted') }}
),

people as (
    select * from {{ ref('int_customers__resolved') }}
),

copies as (
    select * from {{ ref('int_refunds__copied') }}
),

-- Of foreign ones, in the tenant's currency: what was sold at the rate of the order's day.
converted as (
    select
        record_id,
        case when count(amount) = count(tenant_amount) then sum(-tenant_amount) end
            as refund_amount,
        case
            when count(amount) = count(tenant_amount)
                then sum(
                    case when amount_kind in ('goods', 'adjustment') then -tenant_amount else 0 end
                )
        end as refund_net_amount
    from {{ ref('int_money__ledger') }}
    where
        record_type = 'refund'
        and amount_kind not in ('money', 'stored_value', 'fee', 'settled_fee')
        and currency_code <> '{{ var("tenant_currency") }}'
    group by record_id
),

customers as (
    select * from {{ ref('dim_customers') }}
),

named as (
    select
        refunds.*,
        coalesce(people.customer_id, orders.customer_id) as person_id,
        coalesce(orders.is_counted, true) as is_order_counted
    from refunds
    left join orders on refunds.order_id = orders.order_id
    left join people on orders.customer_id = people.record_id
),

final as (
    select
        named.refund_id,
        named.order_id,
        named.source_connector,
        named.refund_kind,
        named.currency_code,
        named.is_split_estimated,
        named.is_stored_value,
        named.refunded_on,
        named.refunded_at,
        named._feed,
        named._load_id,
        named.person_id as customer_id,
        {%- for column in amounts %}
            {{ as_money('named.' ~ column) }} as {{ column }},
        {%- endfor %}
        '{{ var("tenant_currency") }}' as tenant_currency_code,
        {%- for column in ['refund_amount', 'refund_net_amount'] %}
            {{ as_money(home_or(
                'named.currency_code', 'named.' ~ column, 'converted.' ~ column
            )) }} as tenant_{{ column }},
        {%- endfor %}
        {{ member_or_unknown('customers.customer_sk') }} as customer_sk,
        {{ date_key('named.refunded_on') }} as date_key,
        named.is_order_counted and copies.refund_id is null as is_counted
    from named
    left join copies on named.refund_id = copies.refund_id
    left join converted on named.refund_id = converted.record_id
    left join customers
        on
            named.person_id = customers.customer_id
            and {{ as_of('customers', 'named.refunded_at') }}
)

select * from final
