{#-
    Statistics of a table that was just made, for the models that join it next: PostgreSQL's own come
    a minute later, and until then it takes every condition for rare and tries pair by pair what a
    hash would find at once. Other warehouses keep theirs up to date.
-#}
{% macro statistics_of(relation) %}
    {{ return(adapter.dispatch('statistics_of')(relation)) }}
{% endmacro %}

{% macro default__statistics_of(relation) %}
    {{ return('') }}
{% endmacro %}

{% macro postgres__statistics_of(relation) %}
    {%- if config.get('materialized') in ('table', 'incremental', 'remembered', 'snapshot') -%}
        analyze {{ relation }}
    {%- endif -%}
{% endmacro %}
