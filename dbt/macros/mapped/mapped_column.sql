{#- One column of a concept, read from `told_<column>`; what follows where it is not mapped. -#}
{% macro mapped_column(concept, name, kind, columns) -%}
    {%- set moment = name | replace('_on', '_at') -%}
    {%- set day = name | replace('_at', '_on') -%}
    {%- if name == 'is_deleted' and name in columns -%}
    is_gone or {{ boolean_or_null('told_is_deleted') }}
    {%- elif name == 'is_deleted' -%}
    is_gone
    {%- elif name in columns and name in blank_is_zero(concept) -%}
    case
        when coalesce(trim(told_{{ name }}), '') = '' then cast(0 as {{ type_of(kind) }})
        else {{ read_text(name, kind, columns) }}
    end
    {%- elif name in columns -%}
    {{ read_text(name, kind, columns) }}
    {%- elif name in blank_is_zero(concept) -%}
    cast(0 as {{ type_of(kind) }})
    {%- elif concept == 'orders' and name in ('gross_amount', 'total_amount') -%}
    {{ other_amount(name, columns) }}
    {%- elif concept == 'order_lines' and name == 'gross_amount' -%}
    {%- set pieces = read_text('quantity', 'quantity', columns) -%}
    {%- set each = read_text('unit_price', 'price', columns) -%}
    {{ as_money(pieces ~ ' * ' ~ each) }}
    {%- elif kind == 'date' and moment in columns -%}
    {{ local_date(read_text(moment, 'timestamp', columns)) }}
    {%- elif kind == 'timestamp' and day in columns -%}
    {{ local_midnight(read_text(day, 'date', columns)) }}
    {%- elif name == 'payment_word' and columns.get('payment_method', {}).get('columns') -%}
    told_payment_method
    {%- elif name == 'refund_kind' -%}
    cast('refund' as {{ type_of('text') }})
    {%- elif kind == 'boolean' and name != 'is_active' -%}
    false
    {%- else -%}
    {{ null_of(kind) }}
    {%- endif -%}
{%- endmacro %}


{#- Amounts that are 0 where the source has no such column, or leaves the cell empty. -#}
{% macro blank_is_zero(concept) %}
    {{ return({
        'orders': [
            'discount_amount', 'tax_amount', 'shipping_amount', 'service_fee_amount',
            'duty_amount', 'gift_card_amount', 'rounding_amount', 'tip_amount',
        ],
        'order_lines': ['discount_amount', 'tax_amount'],
        'payments': ['fee_amount'],
        'balance_movements': ['fee_amount'],
    }.get(concept, [])) }}
{% endmacro %}


{#- A total without goods, or goods without a total: one follows from the other and the parts. -#}
{% macro other_amount(name, columns) -%}
    {%- set known = 'total_amount' if name == 'gross_amount' else 'gross_amount' -%}
    {%- set sign = '-' if name == 'gross_amount' else '+' -%}
    {%- set opposite = '+' if sign == '-' else '-' -%}
    {{ read_text(known, 'amount', columns) }}
    {%- for part in blank_is_zero('orders') if part in columns and part != 'tip_amount' %}
    {{ opposite if part == 'discount_amount' else sign }}
    {{ mapped_column('orders', part, 'amount', columns) }}
    {%- endfor -%}
{%- endmacro %}


{#- `told_<name>` as its kind; null where it is not. -#}
{% macro read_text(name, kind, columns) -%}
    {%- set mapped = columns[name] -%}
    {%- set text = 'told_' ~ name -%}
    {%- if kind == 'id' -%}
    {{ word_or_null(text) }}
    {%- elif kind == 'boolean' -%}
    {{ boolean_or_null(text) }}
    {%- elif kind == 'date' -%}
    coalesce({{ day_or_null(text) }}, {{ local_date(instant_or_null(text)) }})
    {%- elif kind == 'timestamp' -%}
    coalesce({{ instant_or_null(text) }}, {{ local_midnight(day_or_null(text)) }})
    {%- elif kind != 'text' and mapped.minor_units -%}
    {{ minor_to_major(
        number_or_null(text, 'amount'),
        read_text('currency_code', 'text', columns) if mapped.minor_units == 'row'
        else text_literal(mapped.minor_units),
        kind,
    ) }}
    {%- elif kind != 'text' -%}
    {{ number_or_null(text, kind) }}
    {%- elif name == 'payment_method' and not mapped['values'] -%}
    {{ payment_method(word_or_null(text)) }}
    {%- else -%}
    {{ read_word(name, text, mapped) }}
    {%- endif -%}
{%- endmacro %}


{% macro word_or_null(text) -%}
    nullif(trim({{ text }}), '')
{%- endmacro %}


{#- A text: translated where `values` says so, and null where it is no code of those it may be. -#}
{% macro read_word(name, text, mapped) -%}
    {%- set shape = currency_iso('trim(' ~ text ~ ')') if name.endswith('currency_code')
        else word_or_null(text) -%}
    {%- if mapped['values'] or mapped.codes -%}
    case
        {%- for theirs, ours in mapped['values'].items() %}
        when lower(trim({{ text }})) = {{ text_literal(theirs) }} then {{ text_literal(ours) }}
        {%- endfor %}
        {%- if mapped.codes %}
        when trim({{ text }}) in ('{{ mapped.codes | join("', '") }}') then trim({{ text }})
        {%- else %}
        else {{ shape }}
        {%- endif %}
    end
    {%- else -%}
    {{ shape }}
    {%- endif -%}
{%- endmacro %}
