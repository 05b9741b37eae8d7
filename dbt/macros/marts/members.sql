{#-
    Unknown members: what a fact points to where its person, product, day or channel is not known. So a
    key of a fact is never null, an inner join with a dimension loses no row, and every relationship
    holds. The source's own ids beside the key stay as they were told.
-#}

{#- Key of the unknown customer, product and channel. -#}
{% macro unknown_member() -%}
    'unknown'
{%- endmacro %}


{#- The key a join has found, else the unknown member's. -#}
{% macro member_or_unknown(key) -%}
    coalesce({{ key }}, {{ unknown_member() }})
{%- endmacro %}


{#- Row of dim_date: yyyymmdd; 0 without a day, and for one outside of the calendar. -#}
{% macro date_key(column) -%}
    case
            when
                {{ column }} between cast('{{ var("first_day") }}' as date)
                and cast('{{ var("last_day") }}' as date)
                then {{ day_number(column) }}
            else 0
        end
{%- endmacro %}


{#- 2026-03-09 -> 20260309. -#}
{% macro day_number(column) -%}
    {{ date_number('year', column) }} * 10000 + {{ date_number('month', column) }} * 100
                    + {{ date_number('day', column) }}
{%- endmacro %}
