{#- Value of a top-level key as text; null when the key is absent. -#}
{% macro json_text(column, key) -%}
    {{ return(adapter.dispatch('json_text')(column, key)) }}
{%- endmacro %}

{% macro postgres__json_text(column, key) -%}
    {{ column }} ->> '{{ key }}'
{%- endmacro %}


{#- First element of a list as text; null for an empty list. -#}
{% macro json_first(column) -%}
    {{ return(adapter.dispatch('json_first')(column)) }}
{%- endmacro %}

{% macro postgres__json_first(column) -%}
    {{ column }} ->> 0
{%- endmacro %}
