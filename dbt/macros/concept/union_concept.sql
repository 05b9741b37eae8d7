{#-
    All connectors of the tenant that feed a concept, one under the other.

    Identifiers become tenant-wide (`stripe:stripe:ch_1`), the source's own one stays in
    `source_record_id`. Without any connector the select has the same columns and no row, so that
    every mart compiles for every tenant. Behind them come streams of the tenant's own that its file
    maps to the concept (`concept_maps`).
-#}
{% macro union_concept(concept) %}
    {%- set columns = concept_columns(concept) -%}
    {%- set by_concept = var('sources_by_concept', {}) -%}
    {%- set connectors = by_concept.get(concept, []) if by_concept is mapping else [] -%}
    {%- for connector in connectors | sort %}
    select
        cast('{{ connector }}' as {{ type_of('text') }}) as source_connector,
        {{ columns[0][0] }} as source_record_id
        {%- for name, kind in columns %},
        {{ tenant_wide_id(connector, name) if kind == 'id' else name }} as {{ name }}
        {%- endfor %}
    from {{ ref('stg_' ~ connector ~ '__conformed_' ~ concept) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    select
        {{ null_of('text') }} as source_connector,
        {{ null_of('text') }} as source_record_id
        {%- for name, kind in columns %},
        {{ null_of(kind) }} as {{ name }}
        {%- endfor %}
    from (select 1 as one) as nothing
    where 1 = 0
    {%- endfor %}
    {%- for mapping in concept_maps().get(concept, []) %}
    {{ mapped_select(concept, mapping) }}
    {%- endfor %}
{% endmacro %}


{#- `<connector>:<feed>:<id>`; null stays null. Connector and feed are snake case, so no clash. -#}
{% macro tenant_wide_id(connector, column) -%}
    '{{ connector }}:' || _feed || ':' || {{ column }}
{%- endmacro %}
