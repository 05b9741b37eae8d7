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

-- A sum that lacks the order's own amount is unknown, not 0.
settled as (
    select
        orders.order_id,
        orders.source_connector,
        orders.source_record_id,
        orders.customer_id,
        orders.order_number,
        orders.order_status,
        orders.payment_method,
        orders.payment_word,
        orders.currency_code,
        orders.is_cancelled,
        orders.is_test,
        orders.is_deleted,
        orders.is_counted,
        orders.counted_order_id,
        orders.is_part_of_other_order,
        orders.ordered_on,
        orders.ordered_at,
        orders._feed,
        orders._load_id
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
)

select * from settled
