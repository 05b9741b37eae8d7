{#- A source's word -> one of our codes, by a dictionary of code -> words; an unknown word is `other`. -#}
{% macro kind_of(column, kinds) -%}
    case
        {%- for kind, words in kinds.items() %}
            when
                {{ column }} in (
                    '{{ words | join("',\n                    '") }}'
                )
                then '{{ kind }}'
        {%- endfor %}
            else 'other'
    end
{%- endmacro %}
