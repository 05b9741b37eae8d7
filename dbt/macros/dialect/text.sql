{#- Stable key of several columns as 32 hex digits; null and empty text differ. -#}
{% macro hash_key(columns) -%}
    {{ return(adapter.dispatch('hash_key')(columns)) }}
{%- endmacro %}

{% macro default__hash_key(columns) -%}
    md5(
        {{ hashed_text(columns) }}
    )
{%- endmacro %}

{% macro bigquery__hash_key(columns) -%}
    to_hex(md5(
        {{ hashed_text(columns) }}
    ))
{%- endmacro %}

{#- Dates, integers and text have the same text in every warehouse; times and money have not. -#}
{% macro hashed_text(columns) -%}
    {%- for column in columns %}
    coalesce(cast({{ column }} as {{ type_of('text') }}), '_null_')
    {%- if not loop.last %} || '|' ||{% endif %}
    {%- endfor %}
{%- endmacro %}


{#- The columns that are not null, with a separator between; empty text when all are. -#}
{% macro joined_text(separator, columns) -%}
    {{ return(adapter.dispatch('joined_text')(separator, columns)) }}
{%- endmacro %}

{% macro postgres__joined_text(separator, columns) -%}
    concat_ws('{{ separator }}', {{ columns | join(', ') }})
{%- endmacro %}

{% macro bigquery__joined_text(separator, columns) -%}
    array_to_string([{{ columns | join(', ') }}], '{{ separator }}')
{%- endmacro %}

{% macro snowflake__joined_text(separator, columns) -%}
    array_to_string(array_construct_compact({{ columns | join(', ') }}), '{{ separator }}')
{%- endmacro %}


{#- `mary o'neil-smith` -> `Mary O'Neil-Smith`; the others begin no word after an apostrophe. -#}
{% macro capitalised(column) -%}
    {{ return(adapter.dispatch('capitalised')(column)) }}
{%- endmacro %}

{% macro postgres__capitalised(column) -%}
    initcap({{ column }})
{%- endmacro %}

{% macro bigquery__capitalised(column) -%}
    initcap({{ column }}, " '-.,/()&")
{%- endmacro %}

{% macro snowflake__capitalised(column) -%}
    initcap({{ column }}, ' ''-.,/()&')
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

{% macro bigquery__website_domain(column) -%}
    nullif(
        regexp_extract(lower(trim({{ column }})), r'^(?:[a-z]+://)?(?:www\.)?([^/:?#]+)'), ''
    )
{%- endmacro %}

{#- Snowflake's patterns have no groups without a number. -#}
{% macro snowflake__website_domain(column) -%}
    nullif(
        regexp_substr(
            lower(trim({{ column }})), '^([a-z]+://)?(www[.])?([^/:?#]+)', 1, 1, 'e', 3
        ), ''
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


{#- The texts of a group's rows in order, with a separator between. -#}
{% macro joined_rows(column, separator, by) -%}
    {{ return(adapter.dispatch('joined_rows')(column, separator, by)) }}
{%- endmacro %}

{% macro postgres__joined_rows(column, separator, by) -%}
    string_agg({{ column }}, '{{ separator }}' order by {{ by }})
{%- endmacro %}

{% macro bigquery__joined_rows(column, separator, by) -%}
    string_agg({{ column }}, '{{ separator }}' order by {{ by }})
{%- endmacro %}

{% macro snowflake__joined_rows(column, separator, by) -%}
    listagg({{ column }}, '{{ separator }}') within group (order by {{ by }})
{%- endmacro %}
