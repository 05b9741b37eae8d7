{#- JSON is jsonb in PostgreSQL, text in BigQuery (its JSON type changes numbers), variant in Snowflake. -#}

{#- Value of a top-level key as text; null when the key is absent. -#}
{% macro json_text(column, key) -%}
    {{ return(adapter.dispatch('json_text')(column, key)) }}
{%- endmacro %}

{% macro postgres__json_text(column, key) -%}
    {{ column }} ->> '{{ key }}'
{%- endmacro %}

{% macro bigquery__json_text(column, key) -%}
    json_value({{ column }}, '$."{{ key }}"')
{%- endmacro %}

{% macro snowflake__json_text(column, key) -%}
    cast(get({{ column }}, '{{ key }}') as varchar)
{%- endmacro %}


{#- First element of a list as text; null for an empty list. -#}
{% macro json_first(column) -%}
    {{ return(adapter.dispatch('json_first')(column)) }}
{%- endmacro %}

{% macro postgres__json_first(column) -%}
    {{ column }} ->> 0
{%- endmacro %}

{% macro bigquery__json_first(column) -%}
    json_value({{ column }}, '$[0]')
{%- endmacro %}

{% macro snowflake__json_first(column) -%}
    cast(get({{ column }}, 0) as varchar)
{%- endmacro %}


{#- Element of a list as JSON, counted from 0; null where there is none. -#}
{% macro json_element(column, position) -%}
    {{ return(adapter.dispatch('json_element')(column, position)) }}
{%- endmacro %}

{% macro postgres__json_element(column, position) -%}
    {{ column }} -> {{ position }}
{%- endmacro %}

{% macro bigquery__json_element(column, position) -%}
    json_query({{ column }}, '$[{{ position }}]')
{%- endmacro %}

{% macro snowflake__json_element(column, position) -%}
    get({{ column }}, {{ position }})
{%- endmacro %}
