{#- The digits of a text, the rest left out: `SH-1042-US` -> `1042`. -#}
{% macro digits_of(column) -%}
    {{ return(adapter.dispatch('digits_of')(column)) }}
{%- endmacro %}

{% macro bigquery__digits_of(column) -%}
    nullif(regexp_replace({{ column }}, '[^0-9]', ''), '')
{%- endmacro %}

{% macro snowflake__digits_of(column) -%}
    nullif(regexp_replace({{ column }}, '[^0-9]', ''), '')
{%- endmacro %}

{% macro postgres__digits_of(column) -%}
    nullif(regexp_replace({{ column }}, '[^0-9]', '', 'g'), '')
{%- endmacro %}


{#- The first word after a `#` in free text: `Order #SH-1042, paid` -> `#SH-1042`. -#}
{% macro number_in_text(column) -%}
    {{ return(adapter.dispatch('number_in_text')(column)) }}
{%- endmacro %}

{% macro bigquery__number_in_text(column) -%}
    regexp_substr({{ column }}, '#[A-Za-z0-9-]*[0-9]')
{%- endmacro %}

{% macro snowflake__number_in_text(column) -%}
    regexp_substr({{ column }}, '#[A-Za-z0-9-]*[0-9]')
{%- endmacro %}

{% macro postgres__number_in_text(column) -%}
    substring({{ column }} from '#[A-Za-z0-9-]*[0-9]')
{%- endmacro %}
