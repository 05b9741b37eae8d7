{#- What could not be taken of one mapped stream: a row per value or record, and why. -#}
{% macro refused_values(concept, mapping) %}
    {%- set stream = raw_stream(mapping.schema, mapping.stream) -%}
    {%- if not stream %}
    union all
    {{ refused_row(concept, mapping, none, 'stream_never_loaded') }}
    {%- else %}
    {%- set kinds = dict(concept_columns(concept)) -%}
    {%- set absent = [] -%}
    {%- for name, mapped in mapping.columns.items()
        if mapped.columns | reject('in', stream.columns) | list %}
    {%- do absent.append(name) %}
    union all
    {{ refused_row(concept, mapping, name, 'no_such_column') }}
    {%- endfor %}
    {%- for name, mapped in mapping.columns.items()
        if name not in absent and (kinds[name] not in ('id', 'text') or mapped.codes
            or name == 'currency_code') %}
    union all
    {{ refused_row(concept, mapping, name, 'does_not_fit', stream) }}
    where coalesce(trim(told_{{ name }}), '') <> '' and {{ name }} is null and not is_gone
    {%- endfor %}
    {%- for name in needed_columns(concept) if name not in absent %}
    union all
    {{ refused_row(concept, mapping, name, 'is_missing', stream) }}
    where {{ name }} is null and not is_gone
    {%- endfor %}
    {%- if mapping.keep != 'latest' %}
    union all
    {{ refused_row(concept, mapping, concept_columns(concept)[0][0], 'not_unique', stream) }}
    where row_rank > 1 and {{ concept_columns(concept)[0][0] }} is not null
    {%- endif %}
    {%- endif %}
{% endmacro %}


{% macro refused_row(concept, mapping, name, reason, stream=none) -%}
    select
        '{{ concept }}' as concept,
        {{ text_literal(name) if name else null_of('text') }} as column_name,
        '{{ reason }}' as reason,
        '{{ mapping.connector }}' as source_connector,
        '{{ mapping.stream }}' as source_stream,
        {%- if stream %}
        {{ concept_columns(concept)[0][0] }} as source_record_id,
        row_rank,
        _feed,
        _load_id
    from ({{ mapped_rows(concept, mapping, stream) }}) as mapped
        {%- else %}
        {{ null_of('text') }} as source_record_id,
        1 as row_rank,
        '{{ mapping.feed }}' as _feed,
        {{ null_of('bigint') }} as _load_id
        {%- endif %}
{%- endmacro %}
