{#- `<tenant>_<layer>`; the twin of include/core/naming.py dbt_schema. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ var('tenant') }}_{{ custom_schema_name or 'int' }}
{%- endmacro %}
