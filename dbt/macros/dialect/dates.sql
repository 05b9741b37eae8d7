{#- One row per day, both ends included; column `date_day`. -#}
{% macro day_spine(first_day, last_day) -%}
    {{ return(adapter.dispatch('day_spine')(first_day, last_day)) }}
{%- endmacro %}

{% macro postgres__day_spine(first_day, last_day) -%}
    select cast(series.day as date) as date_day
    from
        generate_series(
            cast('{{ first_day }}' as date), cast('{{ last_day }}' as date), interval '1 day'
        ) as series (day)
{%- endmacro %}

{% macro bigquery__day_spine(first_day, last_day) -%}
    select date_day
    from
        unnest(
            generate_date_array(cast('{{ first_day }}' as date), cast('{{ last_day }}' as date))
        ) as date_day
{%- endmacro %}

{% macro snowflake__day_spine(first_day, last_day) -%}
    select dateadd(day, cast(series.value as integer), cast('{{ first_day }}' as date)) as date_day
    from
        table(flatten(array_generate_range(
            0,
            datediff(day, cast('{{ first_day }}' as date), cast('{{ last_day }}' as date)) + 1
        ))) as series
{%- endmacro %}


{#- Part of a date as integer: year, quarter, month, day, week (ISO), isodow (Monday 1). -#}
{% macro date_number(part, column) -%}
    {{ return(adapter.dispatch('date_number')(part, column)) }}
{%- endmacro %}

{% macro postgres__date_number(part, column) -%}
    cast(extract({{ part }} from {{ column }}) as integer)
{%- endmacro %}

{% macro bigquery__date_number(part, column) -%}
    {%- if part == 'isodow' -%}
    mod(extract(dayofweek from {{ column }}) + 5, 7) + 1
    {%- else -%}
    extract({{ {'week': 'isoweek'}.get(part, part) }} from {{ column }})
    {%- endif -%}
{%- endmacro %}

{% macro snowflake__date_number(part, column) -%}
    {{ {'week': 'weekiso', 'isodow': 'dayofweekiso'}.get(part, part) }}({{ column }})
{%- endmacro %}


{#- English name of a date's month. -#}
{% macro month_name(column) -%}
    {{ return(adapter.dispatch('month_name')(column)) }}
{%- endmacro %}

{% macro postgres__month_name(column) -%}
    to_char({{ column }}, 'FMMonth')
{%- endmacro %}

{% macro bigquery__month_name(column) -%}
    format_date('%B', {{ column }})
{%- endmacro %}

{% macro snowflake__month_name(column) -%}
    to_char({{ column }}, 'MMMM')
{%- endmacro %}


{#- English name of a date's weekday. -#}
{% macro weekday_name(column) -%}
    {{ return(adapter.dispatch('weekday_name')(column)) }}
{%- endmacro %}

{% macro postgres__weekday_name(column) -%}
    to_char({{ column }}, 'FMDay')
{%- endmacro %}

{% macro bigquery__weekday_name(column) -%}
    format_date('%A', {{ column }})
{%- endmacro %}

{#- Snowflake's own name of a day has three letters. -#}
{% macro snowflake__weekday_name(column) -%}
    decode(
        dayofweekiso({{ column }}),
        1, 'Monday', 2, 'Tuesday', 3, 'Wednesday', 4, 'Thursday', 5, 'Friday', 6, 'Saturday',
        7, 'Sunday'
    )
{%- endmacro %}
