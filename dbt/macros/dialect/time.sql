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


{#- Hours from one instant to a later one, parts of them included. -#}
{% macro hours_between(earlier, later) -%}
    {{ return(adapter.dispatch('hours_between')(earlier, later)) }}
{%- endmacro %}

{% macro postgres__hours_between(earlier, later) -%}
    (extract(epoch from {{ later }} - {{ earlier }}) / 3600)
{%- endmacro %}

{% macro bigquery__hours_between(earlier, later) -%}
    (cast(timestamp_diff({{ later }}, {{ earlier }}, second) as numeric) / 3600)
{%- endmacro %}

{% macro snowflake__hours_between(earlier, later) -%}
    (datediff(second, {{ earlier }}, {{ later }}) / 3600)
{%- endmacro %}


{#- Today in the tenant's time zone; a model that says it has the tag `calendar`. -#}
{% macro today() -%}
    {{ return(adapter.dispatch('today')(var('tenant_timezone', 'UTC'))) }}
{%- endmacro %}

{% macro postgres__today(zone) -%}
    cast(now() at time zone '{{ zone }}' as date)
{%- endmacro %}

{% macro bigquery__today(zone) -%}
    current_date('{{ zone }}')
{%- endmacro %}

{% macro snowflake__today(zone) -%}
    to_date(convert_timezone('{{ zone }}', current_timestamp()))
{%- endmacro %}


{#- The later of two instants; the other one when one is null (warehouses differ about `greatest`). -#}
{% macro later_of(first, second) -%}
    greatest(coalesce({{ first }}, {{ second }}), coalesce({{ second }}, {{ first }}))
{%- endmacro %}


{#- The earlier of two instants; the other one when one is null. -#}
{% macro earlier_of(first, second) -%}
    least(coalesce({{ first }}, {{ second }}), coalesce({{ second }}, {{ first }}))
{%- endmacro %}


{#-
    dbt's own version for PostgreSQL drops the zone and so depends on the session; ours keeps the
    instant. The other adapters' versions are UTC already.
-#}
{% macro postgres__snapshot_get_time() -%}
    cast({{ current_timestamp() }} as {{ type_of('timestamp') }})
{%- endmacro %}
