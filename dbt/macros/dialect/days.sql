{#- Whole days from one date to a later one. -#}
{% macro days_between(earlier, later) -%}
    {{ return(adapter.dispatch('days_between')(earlier, later)) }}
{%- endmacro %}

{% macro postgres__days_between(earlier, later) -%}
    ({{ later }} - {{ earlier }})
{%- endmacro %}

{% macro bigquery__days_between(earlier, later) -%}
    date_diff({{ later }}, {{ earlier }}, day)
{%- endmacro %}

{% macro snowflake__days_between(earlier, later) -%}
    datediff(day, {{ earlier }}, {{ later }})
{%- endmacro %}


{#- The date some days before another. -#}
{% macro days_before(column, days) -%}
    {{ return(adapter.dispatch('days_before')(column, days)) }}
{%- endmacro %}

{% macro postgres__days_before(column, days) -%}
    ({{ column }} - {{ days }})
{%- endmacro %}

{% macro bigquery__days_before(column, days) -%}
    date_sub({{ column }}, interval {{ days }} day)
{%- endmacro %}

{% macro snowflake__days_before(column, days) -%}
    dateadd(day, -{{ days }}, {{ column }})
{%- endmacro %}
