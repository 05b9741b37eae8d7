{#- Value of a parameter of a web address, still encoded; null without it. Names in any case. -#}
{% macro url_parameter(column, name) -%}
    {{ return(adapter.dispatch('url_parameter')(column, name)) }}
{%- endmacro %}

{% macro postgres__url_parameter(column, name) -%}
    nullif(substring({{ column }} from '(?i)[?&#;]{{ name }}=([^&#;]*)'), '')
{%- endmacro %}

{% macro bigquery__url_parameter(column, name) -%}
    nullif(regexp_extract({{ column }}, r'(?i)[?&#;]{{ name }}=([^&#;]*)'), '')
{%- endmacro %}

{% macro snowflake__url_parameter(column, name) -%}
    nullif(regexp_substr({{ column }}, '[?&#;]{{ name }}=([^&#;]*)', 1, 1, 'ie', 1), '')
{%- endmacro %}


{#- Whether a text has a pattern in it: only what all three read alike, without backslashes. -#}
{% macro has_pattern(column, pattern) -%}
    {{ return(adapter.dispatch('has_pattern')(column, pattern)) }}
{%- endmacro %}

{% macro postgres__has_pattern(column, pattern) -%}
    {{ column }} ~ '{{ pattern }}'
{%- endmacro %}

{% macro bigquery__has_pattern(column, pattern) -%}
    regexp_contains({{ column }}, r'{{ pattern }}')
{%- endmacro %}

{% macro snowflake__has_pattern(column, pattern) -%}
    regexp_instr({{ column }}, '{{ pattern }}') > 0
{%- endmacro %}
