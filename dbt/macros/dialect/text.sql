{#- Stable key of several columns as 32 hex digits; null and empty text differ. -#}
{% macro hash_key(columns) -%}
    {{ return(adapter.dispatch('hash_key')(columns)) }}
{%- endmacro %}

{% macro postgres__hash_key(columns) -%}
    md5(
        {%- for column in columns %}
        coalesce(cast({{ column }} as text), '_null_')
        {%- if not loop.last %} || '|' ||{% endif %}
        {%- endfor %}
    )
{%- endmacro %}


{#- `https://www.shop.example/path` -> `shop.example`; null for empty text. -#}
{% macro website_domain(column) -%}
    {{ return(adapter.dispatch('website_domain')(column)) }}
{%- endmacro %}

{% macro postgres__website_domain(column) -%}
    nullif(
        substring(lower(trim({{ column }})) from '^(?:[a-z]+://)?(?:www\.)?([^/:?#]+)'), ''
    )
{%- endmacro %}


{#- ISO code from a code or a symbol (vendors mix both); null for anything else. -#}
{% macro currency_iso(column) -%}
    case
        when {{ column }} = '$' then 'USD'
        when {{ column }} = '€' then 'EUR'
        when {{ column }} = '£' then 'GBP'
        when length({{ column }}) = 3 then upper({{ column }})
    end
{%- endmacro %}
