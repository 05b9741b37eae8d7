{#-
    `<tenant>_<layer>`; the twin of include/core/naming.py dbt_schema. With `beside`, what people read is
    made in schemas of its own (naming.CANDIDATE_LAYERS), and takes its place when it is checked.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set layer = custom_schema_name or 'int' -%}
    {%- set beside = {'mart': 'next', 'bi': 'next_bi'} -%}
    {{ var('tenant') }}_{{ beside.get(layer, layer) if var('beside', false) else layer }}
{%- endmacro %}
