{#- A part of a refund: its share of the order's amount where the source does not split it, else
    `told`. -#}
{% macro refund_part(name, told) -%}
    {{ as_money(
        'case when is_split_estimated then share_of_refund_' ~ name ~ '_amount else ' ~ told ~ ' end'
    ) }} as refund_{{ name }}_amount
{%- endmacro %}
