-- The ledger by day: orders on the day they were placed, deals when they were won, refunds and
-- chargebacks on the day the money went back. A closed day changes only when late records arrive
-- for it.
{% set amounts = [
    'gross_amount', 'discount_amount', 'tax_amount', 'shipping_amount', 'service_fee_amount',
    'duty_amount', 'gift_card_amount', 'rounding_amount', 'unexplained_amount', 'total_amount',
    'tip_amount', 'refund_amount', 'dispute_amount', 'refund_net_amount', 'net_amount',
    'revenue_amount', 'kept_amount',
] %}

with entries as (
    select
        *,
        case when record_type = 'deal' then 'deal' else 'order' end as revenue_kind
    from {{ ref('int_money__ledger') }}
    where is_counted and event_kind <> 'payment'
),

final as (
    select
        {{ hash_key(
            ['booked_on', 'source_connector', '_feed', 'currency_code', 'revenue_kind']
        ) }}
            as revenue_day_key,
        booked_on as revenue_on,
        source_connector,
        revenue_kind,
        currency_code,
        count(distinct case when event_kind = 'sale' then order_id end) as orders_count
        {%- for column in amounts %}
            ,
            {{ as_money(ledger_sum(column)) }} as {{ column }}
        {%- endfor %},
        '{{ var("tenant_currency") }}' as tenant_currency_code
        {%- for column in tenant_columns() %}
            ,
            {{ as_money(tenant_sum(column)) }} as tenant_{{ column }}
        {%- endfor %},
        _feed,
        {{ date_key('booked_on') }} as date_key,
        max(_load_id) as _load_id
    from entries
    group by booked_on, source_connector, _feed, currency_code, revenue_kind
)

select * from final
