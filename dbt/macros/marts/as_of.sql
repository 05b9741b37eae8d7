{#-
    Condition of a join: the version that held at an instant. Of a key at most one does, since versions
    follow each other without a gap (versions_bounded): the start counts, the end does not.
-#}
{% macro as_of(version, at) -%}
    {{ at }} >= {{ version }}.effective_from_at and {{ at }} < {{ version }}.effective_to_at
{%- endmacro %}
