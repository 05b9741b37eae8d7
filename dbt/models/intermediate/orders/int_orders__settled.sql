{% set names = [
    'order_id', 'source_connector', 'source_record_id', 'customer_id', 'order_number',
    'order_status', 'payment_method', 'payment_word', 'currency_code', 'is_cancelled',
    'is_test', 'is_deleted', 'is_counted', 'counted_order_id', 'is_part_of_other_order',
    'ordered_on', 'ordered_at', '_feed', '_load_id',
] %}
{% set converted = tenant_columns() + ['paid_amount', 'fee_amount'] %}

-- Orders as the sum of their entries in the ledger.
with orders as (
    select * from {{ ref('int_orders__counted') }}
),

-- Money of a payment that another system tells, too, is not counted twice.
entries as (
    select * from {{ ref('int_money__ledger') }}
    where order_id is not null and (is_counted or event_kind <> 'payment')
),

sums as (
    select
        order_id
        {%- for column in ledger_columns() %}
            ,
            {{ ledger_sum(column) }} as {{ column }}
        {%- endfor %}
    from entries
    group by order_id
),

-- The same in the tenant's currency, of orders in another.
foreign_sums as (
    select
        entries.order_id,
        {%- for column in converted %}
            {{ tenant_sum(column) }} as {{ column }},
        {%- endfor %}
        sum(entries.settlement_difference_amount) as settlement_difference_amount
    from entries
    inner join orders on entries.order_id = orders.order_id
    where orders.currency_code <> {{ home_currency() }}
    group by entries.order_id
),

rates as (
    select * from {{ ref('int_rates__daily') }}
),

-- A sum that lacks the order's own amount is unknown, not 0.
settled as (
    select
        {%- for name in names %}
            orders.{{ name }},
        {%- endfor %}
        rates.exchange_rate,
        coalesce(foreign_sums.settlement_difference_amount, 0) as settlement_difference_amount
        {%- for column in converted %}
            ,
            foreign_sums.{{ column }} as foreign_{{ column }}
        {%- endfor %}
        {%- for column in ledger_columns() %}
            ,
            {%- if column in ['gross_amount', 'net_amount', 'revenue_amount'] %}
                case when orders.gross_amount is not null then {{ as_money('sums.' ~ column) }} end
                    as {{ column }}
            {%- elif column in ['total_amount', 'kept_amount'] %}
                case
                    when coalesce(orders.total_amount, orders.gross_amount) is not null
                        then {{ as_money('sums.' ~ column) }}
                end as {{ column }}
            {%- else %}
                {{ as_money('coalesce(sums.' ~ column ~ ', 0)') }} as {{ column }}
            {%- endif %}
        {%- endfor %}
    from orders
    left join sums on orders.order_id = sums.order_id
    left join foreign_sums on orders.order_id = foreign_sums.order_id
    left join rates
        on orders.currency_code = rates.currency_code and orders.ordered_on = rates.valid_on
),

final as (
    select
        {%- for name in names + (ledger_columns() | list) %}
            {{ name }},
        {%- endfor %}
        {{ home_currency() }} as tenant_currency_code
        {%- for column in converted %}
            ,
            {{ as_money(home_or(
                'currency_code', column,
                'case when ' ~ column ~ ' is not null then foreign_' ~ column ~ ' end'
            )) }} as tenant_{{ column }}
        {%- endfor %},
        {{ as_money('settlement_difference_amount') }} as settlement_difference_amount,
        {{ as_money(home_or('currency_code', '1', 'exchange_rate'), 'rate') }} as exchange_rate
    from settled
)

select * from final
