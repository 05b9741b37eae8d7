{#- The select of a conformed model: the concept's columns from `relation`, in order and typed. -#}
{% macro conform(concept, relation) %}
    select
        {%- for name, kind in concept_columns(concept) %}
        cast({{ name }} as {{ type_of(kind) }}) as {{ name }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ relation }}
{% endmacro %}
