{#-
    What survives of several records of one person or product. `groups` lists (group, attribute of
    identity resolution, columns): the columns of a group mean something only together, so they come
    from one record. Its record is the one identity resolution chose for the attribute; where that
    says nothing, the live record that changed last and knows any of them.
-#}

{#- One row per entity: for each group the record that was chosen. -#}
{% macro chosen_records(kind, groups) %}
    select
        entity_id
        {%- for name, attribute, columns in groups %},
        max(case when attribute = '{{ attribute }}' then record_id end) as {{ name }}_record_id
        {%- endfor %}
    from {{ source('identity', 'attributes') }}
    where kind = '{{ kind }}'
    group by entity_id
{%- endmacro %}


{#- For each group the place of a record among those of its entity at one moment. -#}
{% macro group_ranks(
    groups, record, partition='moments.entity_id, moments.moment_at',
    newest='members.effective_from_at'
) %}
    {%- for name, attribute, columns in groups %}
        row_number() over (
            partition by {{ partition }}
            order by
                case
                    when
                        {%- for column in columns %}
                        members.{{ column }} is not null
                        {%- if not loop.last %} or{% endif %}
                        {%- endfor %}
                        then 0
                    else 1
                end asc,
                case when chosen.{{ name }}_record_id = members.{{ record }} then 0 else 1 end asc,
                case when members.is_deleted then 1 else 0 end asc,
                {{ newest }} desc,
                members.{{ record }} asc
        ) as {{ name }}_rank
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
{%- endmacro %}


{#- The columns of every group, each from the record in its group's first place. -#}
{% macro group_columns(groups) %}
    {%- for name, attribute, columns in groups %}
    {%- for column in columns %}
        max(case when {{ name }}_rank = 1 then {{ column }} end) as {{ column }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
{%- endmacro %}


{#- Hash of everything that survives: what changes it makes a version. -#}
{% macro group_hash(groups, more) -%}
    {%- set names = more | list -%}
    {%- for name, attribute, columns in groups -%}
        {%- do names.extend(columns) -%}
    {%- endfor -%}
    {{ hash_key(names) }}
{%- endmacro %}
