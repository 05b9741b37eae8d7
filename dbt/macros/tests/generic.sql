{#- Grain: no two rows share these columns. -#}
{% test unique_together(model, columns) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}


{#- A rule every row obeys; null counts as broken. -#}
{% test holds(model, expression) %}
    select * from {{ model }} where not coalesce({{ expression }}, false)
{% endtest %}


{#-
    The key of one column: never null, and no two rows share it. One query and one name in place of
    `not_null` and `unique`, which read the table twice, in every build of every tenant.
-#}
{% test is_row_key(model, column_name) %}
    select
        {{ column_name }},
        count(*) as rows_count
    from {{ model }}
    group by {{ column_name }}
    having count(*) > 1 or {{ column_name }} is null
{% endtest %}


{#- Key: never null, and no two rows share it. The rule of every staging model. -#}
{% test is_key(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as rows_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1 or {% for column in columns %}{{ column }} is null
        {%- if not loop.last %} or {% endif %}{% endfor %}
{% endtest %}


{#-
    A link to another stream of the same feed resolves. A warning: the vendor's history or the
    token's rights may end before the link does. A stream the feed does not load says nothing.
-#}
{% test belongs_to(model, column_name, to, field) %}
    {{ config(severity='warn') }}
    select child.{{ column_name }}
    from {{ model }} as child
    where
        child.{{ column_name }} is not null
        and not exists (
            select 1 from {{ to }} as parent
            where parent._feed = child._feed and parent.{{ field }} = child.{{ column_name }}
        )
        and exists (select 1 from {{ to }} as loaded where loaded._feed = child._feed)
{% endtest %}


{#- In every model of attribution the parts of a conversion are its revenue, to the last digit. -#}
{% test credits_add_up(model, to) %}
    select
        conversions.conversion_id,
        models.attribution_model
    from {{ to }} as conversions
    cross join (select distinct attribution_model from {{ model }}) as models
    left join {{ model }} as parts
        on
            conversions.conversion_id = parts.conversion_id
            and models.attribution_model = parts.attribution_model
    group by conversions.conversion_id, models.attribution_model, conversions.revenue_amount
    having coalesce(sum(parts.attributed_amount), 0) <> conversions.revenue_amount
        or count(parts.conversion_id) = 0
{% endtest %}


{#-
    Keys of a fact that lead to no row of their dimension, nulls included: none may. One test a fact,
    since each one is a query and a name in every build.

    members: [{key, to, field}]: column of the fact, relation, its column.
-#}
{% test members_are_known(model, members) %}
    {%- for member in members %}
        select
            cast('{{ member.key }}' as {{ type_of('text') }}) as lost_key,
            count(*) as rows_count
        from {{ model }} as facts
        left join {{ member.to }} as members on facts.{{ member.key }} = members.{{ member.field }}
        where members.{{ member.field }} is null
        having count(*) > 0
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
{% endtest %}
