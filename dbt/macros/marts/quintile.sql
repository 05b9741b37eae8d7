{#-
    1 to 5 by rank, highest last. Equal values have equal scores: that of the middle of their places,
    so that where most people bought once these are no 1 by chance and 2 by chance; few rows, or all
    alike, stand in the middle. `ntile` gives equal people different scores.
-#}
{% macro quintile(partition, column) -%}
    cast(
            1 + floor(
                cast(
                    5 * (
                        2 * (rank() over (partition by {{ partition }} order by {{ column }}) - 1)
                        + count(*) over (partition by {{ partition }}, {{ column }})
                    ) as numeric
                ) / (2 * count(*) over (partition by {{ partition }}))
            ) as {{ type_of('integer') }}
        )
{%- endmacro %}


{#- The smallest of a column's values that this share of the rows does not exceed; ranks from row_number. -#}
{% macro value_at_share(share, column, place, rows) -%}
    min(case when {{ place }} >= {{ share }} * {{ rows }} then {{ column }} end)
{%- endmacro %}
