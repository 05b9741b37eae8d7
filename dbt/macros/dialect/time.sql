{#- A `timestamp` is an instant in PostgreSQL and BigQuery, and UTC without a zone in Snowflake. -#}

{#- Day of an instant in the tenant's time zone. -#}
{% macro local_date(column) -%}
    {{ return(adapter.dispatch('local_date')(column, var('tenant_timezone', 'UTC'))) }}
{%- endmacro %}

{% macro postgres__local_date(column, zone) -%}
    cast({{ column }} at time zone '{{ zone }}' as date)
{%- endmacro %}

{% macro bigquery__local_date(column, zone) -%}
    date({{ column }}, '{{ zone }}')
{%- endmacro %}

{% macro snowflake__local_date(column, zone) -%}
    to_date(convert_timezone('UTC', '{{ zone }}', {{ column }}))
{%- endmacro %}


{#- Instant at which a day begins in the tenant's time zone: for sources that know only the day. -#}
{% macro local_midnight(column) -%}
    {{ return(adapter.dispatch('local_midnight')(column, var('tenant_timezone', 'UTC'))) }}
{%- endmacro %}

{% macro postgres__local_midnight(column, zone) -%}
    cast({{ column }} as timestamp) at time zone '{{ zone }}'
{%- endmacro %}

{% macro bigquery__local_midnight(column, zone) -%}
    timestamp({{ column }}, '{{ zone }}')
{%- endmacro %}

{% macro snowflake__local_midnight(column, zone) -%}
    convert_timezone('{{ zone }}', 'UTC', cast({{ column }} as timestamp_ntz))
{%- endmacro %}


{#- The instant at which a day of UTC begins, as a literal. -#}
{% macro instant(day) -%}
    {{ return(adapter.dispatch('instant')(day)) }}
{%- endmacro %}

{% macro default__instant(day) -%}
    cast('{{ day }} 00:00:00+00:00' as {{ type_of('timestamp') }})
{%- endmacro %}

{% macro snowflake__instant(day) -%}
    cast('{{ day }} 00:00:00' as {{ type_of('timestamp') }})
{%- endmacro %}


{#- The later of two instants; the other one when one is null (warehouses differ about `greatest`). -#}
{% macro later_of(first, second) -%}
    greatest(coalesce({{ first }}, {{ second }}), coalesce({{ second }}, {{ first }}))
{%- endmacro %}


{#- The earlier of two instants; the other one when one is null. -#}
{% macro earlier_of(first, second) -%}
    least(coalesce({{ first }}, {{ second }}), coalesce({{ second }}, {{ first }}))
{%- endmacro %}


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


{#- Whole days from one date to a later one. -#}
{% macro days_between(earlier, later) -%}
    {{ return(adapter.dispatch('days_between')(earlier, later)) }}
{%- endmacro %}

{% macro postgres__days_between(earlier, later) -%}
    ({{ later }} - {{ earlier }})
{%- endmacro %}

{% macro bigquery__days_between(earlier, later) -%}
    date_diff({{ later }}, {{ earlier }}, day)
{%- endmacro %}

{% macro snowflake__days_between(earlier, later) -%}
    datediff(day, {{ earlier }}, {{ later }})
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


{#-
    dbt's own version for PostgreSQL drops the zone and so depends on the session; ours keeps the
    instant. The other adapters' versions are UTC already.
-#}
{% macro postgres__snapshot_get_time() -%}
    cast({{ current_timestamp() }} as {{ type_of('timestamp') }})
{%- endmacro %}
