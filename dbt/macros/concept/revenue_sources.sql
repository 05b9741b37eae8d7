{#-
    Which source speaks for what, as the tenant's `revenue` block says: source_connector, _feed,
    source_system (two feeds of one are two companies and never compared), source_role (orders, books, money), source_kind (the role its connector has
    by nature), source_rank (1 speaks first), books_name (copies of one
    company's books share it) and may_count. A source that is not listed stays out of the joins.
-#}
{% macro revenue_sources() %}
    {%- for source in revenue_setting('sources', []) %}
    select
        cast('{{ source.connector }}' as {{ type_of('text') }}) as source_connector,
        cast('{{ source.feed }}' as {{ type_of('text') }}) as _feed,
        cast('{{ source.get('system', source.connector) }}' as {{ type_of('text') }}) as source_system,
        cast('{{ source.role }}' as {{ type_of('text') }}) as source_role,
        cast('{{ source.get('kind', source.role) }}' as {{ type_of('text') }}) as source_kind,
        {{ source.rank }} as source_rank,
        {% if source.books %}cast('{{ source.books }}' as {{ type_of('text') }})
        {%- else %}{{ null_of('text') }}{% endif %} as books_name,
        {{ 'true' if source.counts else 'false' }} as may_count
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- else %}
    select
        {{ null_of('text') }} as source_connector,
        {{ null_of('text') }} as _feed,
        {{ null_of('text') }} as source_system,
        {{ null_of('text') }} as source_role,
        {{ null_of('text') }} as source_kind,
        1 as source_rank,
        {{ null_of('text') }} as books_name,
        true as may_count
    from (select 1 as one) as nothing
    where 1 = 0
    {%- endfor %}
{% endmacro %}


{#- One setting of the tenant's `revenue` block. -#}
{% macro revenue_setting(name, default) %}
    {%- set block = var('revenue', {}) -%}
    {{ return(block.get(name, default) if block is mapping else default) }}
{% endmacro %}
