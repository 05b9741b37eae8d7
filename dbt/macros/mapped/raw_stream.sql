{#-
    A raw table and its columns; none when nobody has loaded it yet. Streams of a tenant's own are in
    no sources yml, and may come and go with the source: asked for when the model runs.
-#}
{% macro raw_stream(schema, table) %}
    {% if not execute %}{{ return(none) }}{% endif %}
    {% set relation = adapter.get_relation(
        database=target.database, schema=schema, identifier=table
    ) %}
    {% if not relation %}{{ return(none) }}{% endif %}
    {{ return({
        'relation': relation,
        'columns': adapter.get_columns_in_relation(relation) | map(attribute='name') | list,
    }) }}
{% endmacro %}


{#- Text of one mapped column of `rows`; null where the table has no such column. -#}
{% macro told_text(mapped, columns) -%}
    {%- if not mapped.columns -%}
    {{ text_literal(mapped.value) }}
    {%- elif mapped.columns | reject('in', columns) | list -%}
    {{ null_of('text') }}
    {%- else -%}
    {%- if mapped.prefix %}{{ text_literal(mapped.prefix) }} || {% endif -%}
    {%- for column in mapped.columns -%}
    {%- set text = 'cast(raw_rows.' ~ adapter.quote(column) ~ ' as ' ~ type_of('text') ~ ')' -%}
    {{ 'substring(' ~ text ~ ', 1, 10)' if mapped.is_day else text }}
    {%- if not loop.last %} || ':' || {% endif -%}
    {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{#- The variable, and no mapping where there is none to be had (a linter's double is a text). -#}
{% macro concept_maps() %}
    {%- set maps = var('concept_maps', {}) -%}
    {{ return(maps if maps is mapping else {}) }}
{% endmacro %}


{% macro boolean_or_null(text) -%}
    case
        when lower(trim({{ text }})) in ('true', 't', 'yes', 'y', '1', 'on') then true
        when lower(trim({{ text }})) in ('false', 'f', 'no', 'n', '0', 'off') then false
    end
{%- endmacro %}
