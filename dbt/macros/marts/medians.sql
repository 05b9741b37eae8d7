{#- The middle of a group's values, of two the mean; `place` numbers them, `rows` counts them. -#}
{% macro median_of_places(value, place, rows) -%}
    avg(case when 2 * {{ place }} between {{ rows }} and {{ rows }} + 2 then {{ value }} end)
{%- endmacro %}


{#- The greater of two numbers, none of them null. -#}
{% macro greater_of(first, second) -%}
    case when {{ first }} > {{ second }} then {{ first }} else {{ second }} end
{%- endmacro %}
