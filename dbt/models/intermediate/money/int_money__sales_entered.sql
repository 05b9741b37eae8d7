{#- Column of an order -> (kind of amount, sign): what is charged beside lines. -#}
{% set charges = {
    'shipping_amount': 'shipping', 'service_fee_amount': 'service_fee', 'duty_amount': 'duty',
    'gift_card_amount': 'gift_card', 'rounding_amount': 'rounding', 'tip_amount': 'tip',
    'unexplained_amount': 'unexplained',
} %}
{% set parts = {'gross_amount': ('goods', ''), 'discount_amount': ('discount', '-'),
    'tax_amount': ('tax', '')} %}

-- What orders charge: lines as they are, and without a line what their order has more than they.
with orders as (
    select * from {{ ref('int_orders__counted') }}
),

lines as (
    select * from {{ ref('int_order_lines__unioned') }}
    where not is_deleted
),

line_sums as (
    select
        order_id,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(tax_amount) as tax_amount
    from lines
    group by order_id
),

rests as (
    select
        orders.*,
        orders.gross_amount - coalesce(line_sums.gross_amount, 0) as rest_gross_amount,
        coalesce(orders.discount_amount, 0) - coalesce(line_sums.discount_amount, 0)
            as rest_discount_amount,
        coalesce(orders.tax_amount, 0) - coalesce(line_sums.tax_amount, 0) as rest_tax_amount,
        line_sums.order_id is null as is_without_lines,
        orders.total_amount
        - coalesce(orders.gross_amount, 0)
        + coalesce(orders.discount_amount, 0)
        - coalesce(orders.tax_amount, 0)
        - coalesce(orders.shipping_amount, 0)
        - coalesce(orders.service_fee_amount, 0)
        - coalesce(orders.duty_amount, 0)
        - coalesce(orders.gift_card_amount, 0)
        - coalesce(orders.rounding_amount, 0) as unexplained_amount
    from orders
    left join line_sums on orders.order_id = line_sums.order_id
),

entries as (
    {%- for column, (kind, sign) in parts.items() %}
        select
            lines.order_id,
            lines.order_line_id,
            lines.order_line_id as record_id,
            'order_line' as record_type,
            '{{ kind }}' as amount_kind,
            {{ sign }}lines.{{ column }} as amount,
            lines._load_id
        from lines
        {%- if kind != 'goods' %}
            where lines.{{ column }} <> 0
        {%- endif %}
        union all
        select
            order_id,
            {{ null_of('id') }} as order_line_id,
            order_id as record_id,
            'order' as record_type,
            '{{ kind }}' as amount_kind,
            {{ sign }}rest_{{ column }} as amount,
            _load_id
        from rests
        where
            rest_{{ column }} <> 0
            {%- if kind == 'goods' %}
                or is_without_lines or rest_gross_amount is null
            {%- endif %}
        union all
    {%- endfor %}
    {%- for column, kind in charges.items() %}
        select
            order_id,
            {{ null_of('id') }} as order_line_id,
            order_id as record_id,
            'order' as record_type,
            '{{ kind }}' as amount_kind,
            {{ column }} as amount,
            _load_id
        from rests
        where {{ column }} <> 0
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

final as (
    select
        entries.order_id,
        entries.order_line_id,
        entries.record_id,
        entries.record_type,
        entries.amount_kind,
        entries.amount,
        entries._load_id,
        orders.source_connector,
        orders.currency_code,
        orders.is_counted,
        orders.ordered_on as booked_on,
        orders.ordered_at as booked_at,
        orders._feed,
        'sale' as event_kind,
        false as is_estimated
    from entries
    inner join orders on entries.order_id = orders.order_id
)

select * from final
