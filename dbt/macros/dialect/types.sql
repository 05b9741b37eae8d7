{#-
    SQL type of a column kind. Money has three decimals because some currencies do (KWD); a price per
    unit has more, because vendors sell by fractions of a cent.
-#}
{% macro type_of(kind) -%}
    {{ return(adapter.dispatch('type_of')(kind)) }}
{%- endmacro %}

{% macro postgres__type_of(kind) %}
    {{ return({
        'id': 'text', 'text': 'text', 'boolean': 'boolean', 'integer': 'integer',
        'bigint': 'bigint', 'date': 'date', 'timestamp': 'timestamp with time zone',
        'amount': 'numeric(18, 3)', 'price': 'numeric(18, 6)', 'quantity': 'numeric(18, 4)',
    }[kind]) }}
{% endmacro %}


{#- Text -> integer; null when it is anything but digits ("1998", not "about 1998"). -#}
{% macro integer_or_null(column) -%}
    {{ return(adapter.dispatch('integer_or_null')(column)) }}
{%- endmacro %}

{% macro postgres__integer_or_null(column) -%}
    cast(substring({{ column }} from '^[0-9]{1,9}$') as integer)
{%- endmacro %}


{#- Arithmetic loses the scale of money; this gives it back (default kind: amount). -#}
{% macro as_money(expression, kind='amount') -%}
    cast({{ expression }} as {{ type_of(kind) }})
{%- endmacro %}
