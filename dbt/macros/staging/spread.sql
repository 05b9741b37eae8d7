{#-
    The select of `relation` with `amount` of each parent spread over its rows by `weight`, to the
    smallest unit of the currency: what rounding down leaves goes to the largest remainders, so the
    parts add up to the amount exactly. A parent whose weights add up to 0 gets 0.

    `name` is the new column; helper columns begin with it. `parent` are columns, `key` orders ties.
-#}
{% macro spread(relation, name, amount, weight, parent, key, currency='currency_code') %}
    {%- set rows = 'partition by ' ~ parent | join(', ') %}
    {%- set whole = name ~ '_whole + case when ' ~ name ~ '_rank <= ' ~ name ~ '_left' %}
    {%- set units = '(' ~ whole ~ ' then 1 else 0 end) / cast(' ~ name ~ '_minor as numeric)' %}
    select
        {{ name }}_ranked.*,
        {{ as_money(units) }} as {{ name }}
    from (
        select
            {{ name }}_floored.*,
            {{ name }}_units - sum({{ name }}_whole) over ({{ rows }}) as {{ name }}_left,
            row_number() over (
                {{ rows }} order by {{ name }}_exact - {{ name }}_whole desc, {{ key }}
            ) as {{ name }}_rank
        from (
            select
                {{ name }}_shared.*,
                floor({{ name }}_exact) as {{ name }}_whole
            from (
                select
                    {{ name }}_weighed.*,
                    case
                        when {{ name }}_weights = 0 then 0
                        else round({{ name }}_amount * {{ name }}_minor)
                    end as {{ name }}_units,
                    case
                        when {{ name }}_weights = 0 then 0
                        else
                            round({{ name }}_amount * {{ name }}_minor)
                            * {{ name }}_weight / {{ name }}_weights
                    end as {{ name }}_exact
                from (
                    select
                        {{ relation }}.*,
                        {{ minor_units(currency) }} as {{ name }}_minor,
                        coalesce({{ amount }}, 0) as {{ name }}_amount,
                        coalesce({{ weight }}, 0) as {{ name }}_weight,
                        sum(coalesce({{ weight }}, 0)) over ({{ rows }}) as {{ name }}_weights
                    from {{ relation }}
                ) as {{ name }}_weighed
            ) as {{ name }}_shared
        ) as {{ name }}_floored
    ) as {{ name }}_ranked
{% endmacro %}
