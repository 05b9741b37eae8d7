{#- A number to the power of another. -#}
{% macro powered(base, exponent) -%}
    {{ return(adapter.dispatch('powered')(base, exponent)) }}
{%- endmacro %}

{% macro postgres__powered(base, exponent) -%}
    power({{ base }}, {{ exponent }})
{%- endmacro %}

{% macro bigquery__powered(base, exponent) -%}
    pow({{ base }}, {{ exponent }})
{%- endmacro %}

{% macro snowflake__powered(base, exponent) -%}
    power({{ base }}, {{ exponent }})
{%- endmacro %}
