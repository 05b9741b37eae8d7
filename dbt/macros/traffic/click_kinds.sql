{#- Click id -> the source and medium it stands for. Facebook's is on unpaid links, too. -#}
{% macro click_kinds() %}
    {{ return({
        'gclid': ('google', 'cpc'), 'gbraid': ('google', 'cpc'), 'wbraid': ('google', 'cpc'),
        'dclid': ('google', 'display'), 'msclkid': ('bing', 'cpc'), 'ttclid': ('tiktok', 'cpc'),
        'li_fat_id': ('linkedin', 'cpc'), 'twclid': ('twitter', 'cpc'),
        'fbclid': ('facebook', 'referral'),
    }) }}
{% endmacro %}


{#- The source (0) or medium (1) of the click kind in a column. -#}
{% macro click_part(column, part) -%}
    case
            {%- for kind, meant in click_kinds().items() %}
            when {{ column }} = '{{ kind }}' then '{{ meant[part] }}'
            {%- endfor %}
        end
{%- endmacro %}
