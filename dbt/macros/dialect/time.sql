{#- Day of an instant in the tenant's time zone. -#}
{% macro local_date(column) -%}
    {{ return(adapter.dispatch('local_date')(column)) }}
{%- endmacro %}

{% macro postgres__local_date(column) -%}
    cast({{ column }} at time zone '{{ var("tenant_timezone", "UTC") }}' as date)
{%- endmacro %}


{#- Instant at which a day begins in the tenant's time zone: for sources that know only the day. -#}
{% macro local_midnight(column) -%}
    {{ return(adapter.dispatch('local_midnight')(column)) }}
{%- endmacro %}

{% macro postgres__local_midnight(column) -%}
    cast({{ column }} as timestamp) at time zone '{{ var("tenant_timezone", "UTC") }}'
{%- endmacro %}


{#- A UTC instant as a literal. -#}
{% macro instant(text) -%}
    cast('{{ text }}+00:00' as {{ type_of('timestamp') }})
{%- endmacro %}


{#- One row per day, both ends included; column `date_day`. -#}
{% macro day_spine(first_day, last_day) -%}
    {{ return(adapter.dispatch('day_spine')(first_day, last_day)) }}
{%- endmacro %}

{% macro postgres__day_spine(first_day, last_day) -%}
    select cast(series.day as date) as date_day
    from
        generate_series(
            cast('{{ first_day }}' as date), cast('{{ last_day }}' as date), interval '1 day'
        ) as series (day)
{%- endmacro %}


{#- Whole days from one date to a later one. -#}
{% macro days_between(earlier, later) -%}
    {{ return(adapter.dispatch('days_between')(earlier, later)) }}
{%- endmacro %}

{% macro postgres__days_between(earlier, later) -%}
    ({{ later }} - {{ earlier }})
{%- endmacro %}


{#- Part of a date as integer: year, quarter, month, day, week (ISO), isodow (Monday 1), doy. -#}
{% macro date_number(part, column) -%}
    {{ return(adapter.dispatch('date_number')(part, column)) }}
{%- endmacro %}

{% macro postgres__date_number(part, column) -%}
    cast(extract({{ part }} from {{ column }}) as integer)
{%- endmacro %}


{#- Date as text by a to_char pattern, English names. -#}
{% macro date_text(column, pattern) -%}
    {{ return(adapter.dispatch('date_text')(column, pattern)) }}
{%- endmacro %}

{% macro postgres__date_text(column, pattern) -%}
    to_char({{ column }}, '{{ pattern }}')
{%- endmacro %}


{#- dbt's own version drops the zone and so depends on the session; ours keeps the instant. -#}
{% macro postgres__snapshot_get_time() -%}
    cast({{ current_timestamp() }} as {{ type_of('timestamp') }})
{%- endmacro %}
