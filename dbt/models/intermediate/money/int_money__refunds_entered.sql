{#- Column of a refund -> kind of amount. -#}
{% set parts = {
    'refund_goods_amount': 'goods',
    'refund_adjustment_amount': 'adjustment',
    'refund_tax_amount': 'tax',
    'refund_shipping_amount': 'shipping',
    'refund_service_fee_amount': 'service_fee',
    'refund_duty_amount': 'duty',
    'refund_gift_card_amount': 'gift_card',
    'refund_rounding_amount': 'rounding',
    'refund_tip_amount': 'tip',
    'paid_back_amount': 'money',
} %}

-- What refunds and chargebacks take back, on their own day, one signed entry per amount; a won
-- chargeback's entries are positive. The last kind is the money that moved, with what the provider
-- took from the account where it says that in the tenant's currency; and its fee, which it alone
-- knows, stands at the order that counts.
with refunds as (
    select * from {{ ref('int_refunds__split') }}
),

orders as (
    select * from {{ ref('int_orders__counted') }}
),

copies as (
    select * from {{ ref('int_refunds__copied') }}
),

entries as (
    {%- for column, kind in parts.items() %}
        select
            refund_id,
            '{{ kind }}' as amount_kind,
            -{{ column }} as amount
        from refunds
        where {{ column }} <> 0
        union all
    {%- endfor %}
    select
        refund_id,
        case when settled_currency_code = currency_code then 'fee' else 'settled_fee' end
            as amount_kind,
        -settled_fee_amount as amount
    from refunds
    where settled_fee_amount <> 0
),

-- A refund of an order that does not count is none either; one of no known order is, if no copy of
-- the same books has it.
final as (
    select
        case
            when entries.amount_kind in ('fee', 'settled_fee') then refunds.fee_order_id
            else refunds.order_id
        end as order_id,
        {{ null_of('id') }} as order_line_id,
        entries.refund_id as record_id,
        'refund' as record_type,
        case
            when entries.amount_kind = 'money' and refunds.is_stored_value then 'stored_value'
            else entries.amount_kind
        end as amount_kind,
        entries.amount,
        refunds._load_id,
        refunds.source_connector,
        case
            when entries.amount_kind = 'settled_fee' then refunds.settled_currency_code
            else refunds.currency_code
        end as currency_code,
        orders.ordered_on,
        refunds.refunded_on as booked_on,
        refunds.refunded_at as booked_at,
        refunds._feed,
        refunds.is_split_estimated as is_estimated,
        case
            when
                entries.amount_kind = 'money'
                and refunds.settled_currency_code = '{{ var("tenant_currency") }}'
                then -refunds.settled_amount
        end as settled_amount,
        entries.amount_kind in ('fee', 'settled_fee')
        or (coalesce(orders.is_counted, true) and copies.refund_id is null) as is_counted,
        case refunds.refund_kind
            when 'dispute' then 'chargeback'
            when 'dispute_won' then 'chargeback_won'
            else 'refund'
        end as event_kind
    from entries
    inner join refunds on entries.refund_id = refunds.refund_id
    left join orders on refunds.order_id = orders.order_id
    left join copies on refunds.refund_id = copies.refund_id
)

select * from final
