{#-
    SQL type of a column kind. Money has three decimals because some currencies do (KWD); a price per
    unit has more, because vendors sell by fractions of a cent; a rate has twelve (a yen in dinars). BigQuery's numeric takes no scale in a
    cast: `as_money` rounds there. The contracts in the ymls read the same types from `vars: types`
    of dbt_project.yml, where no macro is at hand.
-#}
{% macro type_of(kind) -%}
    {{ return(adapter.dispatch('type_of')(kind)) }}
{%- endmacro %}

{% macro postgres__type_of(kind) %}
    {{ return({
        'id': 'text', 'text': 'text', 'boolean': 'boolean', 'integer': 'integer',
        'bigint': 'bigint', 'date': 'date', 'timestamp': 'timestamp with time zone',
        'amount': 'numeric(18, 3)', 'price': 'numeric(18, 6)', 'quantity': 'numeric(18, 4)',
        'ratio': 'double precision', 'rate': 'numeric(28, 12)',
    }[kind]) }}
{% endmacro %}

{% macro bigquery__type_of(kind) %}
    {{ return({
        'id': 'string', 'text': 'string', 'boolean': 'bool', 'integer': 'int64',
        'bigint': 'int64', 'date': 'date', 'timestamp': 'timestamp',
        'amount': 'numeric', 'price': 'numeric', 'quantity': 'numeric', 'ratio': 'float64',
        'rate': 'bignumeric',
    }[kind]) }}
{% endmacro %}

{% macro snowflake__type_of(kind) %}
    {{ return({
        'id': 'varchar', 'text': 'varchar', 'boolean': 'boolean', 'integer': 'integer',
        'bigint': 'bigint', 'date': 'date', 'timestamp': 'timestamp_ntz(6)',
        'amount': 'number(18, 3)', 'price': 'number(18, 6)', 'quantity': 'number(18, 4)',
        'ratio': 'double', 'rate': 'number(28, 12)',
    }[kind]) }}
{% endmacro %}


{#- A null with a type: BigQuery takes a bare one for an integer, which never becomes a time. -#}
{% macro null_of(kind) -%}
    cast(null as {{ type_of(kind) }})
{%- endmacro %}


{#- Text -> integer; null when it is anything but digits ("1998", not "about 1998"). -#}
{% macro integer_or_null(column) -%}
    {{ return(adapter.dispatch('integer_or_null')(column)) }}
{%- endmacro %}

{% macro postgres__integer_or_null(column) -%}
    cast(substring({{ column }} from '^[0-9]{1,9}$') as integer)
{%- endmacro %}

{% macro bigquery__integer_or_null(column) -%}
    cast(regexp_extract({{ column }}, r'^[0-9]{1,9}$') as int64)
{%- endmacro %}

{% macro snowflake__integer_or_null(column) -%}
    cast(regexp_substr({{ column }}, '^[0-9]{1,9}$') as integer)
{%- endmacro %}


{#- Arithmetic loses the scale of money; this gives it back (default kind: amount). -#}
{% macro as_money(expression, kind='amount') -%}
    {{ return(adapter.dispatch('as_money')(expression, kind)) }}
{%- endmacro %}

{% macro default__as_money(expression, kind) -%}
    cast({{ expression }} as {{ type_of(kind) }})
{%- endmacro %}

{% macro bigquery__as_money(expression, kind) -%}
    round(
        cast({{ expression }} as {{ type_of(kind) }}),
        {{ {'amount': 3, 'price': 6, 'quantity': 4, 'rate': 12}[kind] }}
    )
{%- endmacro %}
