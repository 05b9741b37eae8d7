{#-
    Rows of a tenant's own stream as a concept: `told_<column>` is what the source says, as text,
    `<column>` what it was read as, null where it could not be. `row_rank` numbers rows of one
    identifier, the latest load's first.

    mapping: one entry of `concept_maps`, stream: what raw_stream gave for it.
-#}
{% macro mapped_rows(concept, mapping, stream) %}
    {%- set kinds = concept_columns(concept) -%}
    {%- set key = kinds[0][0] -%}
    {%- set parent = raw_stream(mapping.schema, mapping.parent) if mapping.parent else none -%}
    select
        readings.*,
        row_number() over (
            partition by readings.{{ key }}
            order by
                readings._load_id desc
                {%- for name in mapping.columns %},
                readings.told_{{ name }} desc
                {%- endfor %}
        ) as row_rank
    from (
        select
            told.*
            {%- for name, kind in kinds if name not in ('_feed', '_load_id') %},
            {{ mapped_column(concept, name, kind, mapping.columns) }} as {{ name }}
            {%- endfor %}
        from (
            select
                {%- for name, mapped in mapping.columns.items() %}
                {{ told_text(mapped, stream.columns) }} as told_{{ name }},
                {%- endfor %}
                {{ is_gone(stream, parent) }} as is_gone,
                raw_rows._feed,
                raw_rows._load_id
            from {{ stream.relation }} as raw_rows
            {%- if parent %}
            left join {{ parent.relation }} as parents
                on
                    raw_rows._feed = parents._feed
                    {%- for column in mapping.parent_key %}
                    and raw_rows.{{ adapter.quote('_parent_' ~ column) }}
                    = parents.{{ adapter.quote(column) }}
                    {%- endfor %}
            {%- endif %}
            where raw_rows._feed = {{ text_literal(mapping.feed) }}
        ) as told
    ) as readings
{% endmacro %}


{% macro is_gone(stream, parent) -%}
    {%- if parent and '_deleted_at' in parent.columns -%}
    parents._deleted_at is not null
    {%- elif '_deleted_at' in stream.columns -%}
    raw_rows._deleted_at is not null
    {%- else -%}
    false
    {%- endif -%}
{%- endmacro %}


{#- Columns of a concept that stop a build when they are null: their rows are refused. -#}
{% macro needed_columns(concept) %}
    {{ return({
        'order_lines': ['order_line_id', 'order_id'],
        'stock_levels': ['stock_level_id', 'product_id'],
        'contact_keys': ['contact_key_id', 'record_id'],
    }.get(concept, [concept_columns(concept)[0][0]])) }}
{% endmacro %}


{#-
    What decides whether a row counts is never null: a word nobody knows leaves it pending, and no
    answer is a no. int_concepts__refused tells of both.
-#}
{% macro settled_value(connector, name, kind) -%}
    {%- if kind == 'id' -%}
    {{ tenant_wide_id(connector, name) }}
    {%- elif name in ('order_status', 'payment_status', 'refund_status') -%}
    coalesce({{ name }}, cast('pending' as {{ type_of('text') }}))
    {%- elif kind == 'boolean' and name != 'is_active' -%}
    coalesce({{ name }}, false)
    {%- else -%}
    {{ name }}
    {%- endif -%}
{%- endmacro %}


{#- What union_concept adds for one mapped stream; empty when it was never loaded. -#}
{% macro mapped_select(concept, mapping) %}
    {%- set stream = raw_stream(mapping.schema, mapping.stream) -%}
    {%- if stream %}
    {%- set kinds = concept_columns(concept) %}
    union all
    select
        cast('{{ mapping.connector }}' as {{ type_of('text') }}) as source_connector,
        {{ kinds[0][0] }} as source_record_id
        {%- for name, kind in kinds %},
        {{ settled_value(mapping.connector, name, kind) }} as {{ name }}
        {%- endfor %}
    from ({{ mapped_rows(concept, mapping, stream) }}) as mapped
    where
        row_rank = 1
        {%- for name in needed_columns(concept) %}
        and {{ name }} is not null
        {%- endfor %}
        {%- if 'is_deleted' not in kinds | map('first') %}
        and not is_gone
        {%- endif %}
    {%- endif %}
{% endmacro %}
