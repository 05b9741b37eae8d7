{#-
    Text of anybody's making -> a value, or null where it is none: a cast would stop the tenant's
    build for one cell. What became null is told by int_concepts__refused.
-#}

{#- Plain decimals (`-12.50`, `1e3`); null for `1,234.50`, for words, and for more than fits. -#}
{% macro number_or_null(text, kind) -%}
    {{ return(adapter.dispatch('number_or_null')(text, kind)) }}
{%- endmacro %}

{% macro postgres__number_or_null(text, kind) -%}
    {%- set most = {
        'amount': '999999999999999', 'price': '999999999999', 'quantity': '99999999999999',
        'integer': '2147483647', 'bigint': '999999999999999999', 'rate': '9999999999999999',
    }[kind] -%}
    {%- set pattern = '^[-+]?[0-9]{1,18}([.]0*)?$' if kind in ('integer', 'bigint')
        else '^[-+]?([0-9]{1,18}([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]{1,2})?$' -%}
    case
        when trim({{ text }}) ~ '{{ pattern }}'
            then case
                when abs(cast(trim({{ text }}) as numeric)) <= {{ most }}
                    then cast(cast(trim({{ text }}) as numeric) as {{ type_of(kind) }})
            end
    end
{%- endmacro %}

{% macro bigquery__number_or_null(text, kind) -%}
    {%- if kind in ('integer', 'bigint') -%}
    safe_cast(trim({{ text }}) as int64)
    {%- else -%}
    {{ as_money('safe_cast(trim(' ~ text ~ ') as numeric)', kind) }}
    {%- endif -%}
{%- endmacro %}

{% macro snowflake__number_or_null(text, kind) -%}
    try_cast(trim({{ text }}) as {{ 'number(18, 0)' if kind == 'bigint' else type_of(kind) }})
{%- endmacro %}


{#- `2026-03-01`; null for anything else, the 31st of February included. -#}
{% macro day_or_null(text) -%}
    {{ return(adapter.dispatch('day_or_null')(text)) }}
{%- endmacro %}

{#- A cast of such a day fails, so it is counted from the first of the month and must stay in it. -#}
{% macro postgres__day_or_null(text) -%}
    case
        when trim({{ text }}) ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
            then case
                when
                    to_char(
                        cast(left(trim({{ text }}), 7) || '-01' as date)
                        + cast(right(trim({{ text }}), 2) as integer) - 1,
                        'YYYY-MM'
                    ) = left(trim({{ text }}), 7)
                    then cast(trim({{ text }}) as date)
            end
    end
{%- endmacro %}

{% macro bigquery__day_or_null(text) -%}
    safe_cast(trim({{ text }}) as date)
{%- endmacro %}

{% macro snowflake__day_or_null(text) -%}
    try_to_date(trim({{ text }}), 'YYYY-MM-DD')
{%- endmacro %}


{#- An instant of ISO 8601; UTC where it says no zone, as the loader takes it. -#}
{% macro instant_or_null(text) -%}
    {{ return(adapter.dispatch('instant_or_null')(text)) }}
{%- endmacro %}

{% macro postgres__instant_or_null(text) -%}
    {%- set time = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?' -%}
    {%- set zone = '(Z|[-+](0[0-9]|1[0-4])(:?[0-5][0-9])?)' -%}
    case
        when
            {{ day_or_null('left(trim(' ~ text ~ '), 10)') }} is not null
            and trim({{ text }}) ~ '^.{10}[T ]{{ time }} ?{{ zone }}?$'
            then case
                when trim({{ text }}) ~ '{{ zone }}$' and length(trim({{ text }})) > 16
                    then cast(trim({{ text }}) as timestamp with time zone)
                else cast(trim({{ text }}) || 'Z' as timestamp with time zone)
            end
    end
{%- endmacro %}

{% macro bigquery__instant_or_null(text) -%}
    safe_cast(trim({{ text }}) as timestamp)
{%- endmacro %}

{% macro snowflake__instant_or_null(text) -%}
    cast(convert_timezone('UTC', try_to_timestamp_tz(trim({{ text }}))) as timestamp_ntz(6))
{%- endmacro %}


{#- A quoted text, whatever a person wrote in it. -#}
{% macro text_literal(value) -%}
    {{ return(adapter.dispatch('text_literal')(value)) }}
{%- endmacro %}

{% macro postgres__text_literal(value) -%}
    '{{ value | string | replace("'", "''") }}'
{%- endmacro %}

{% macro bigquery__text_literal(value) -%}
    '{{ value | string | replace("\\", "\\\\") | replace("'", "\\'") | replace("\n", "\\n") }}'
{%- endmacro %}

{% macro snowflake__text_literal(value) -%}
    '{{ value | string | replace("\\", "\\\\") | replace("'", "''") }}'
{%- endmacro %}
