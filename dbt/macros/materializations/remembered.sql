{#-
    A table of which each row is made of one row of one relation, and of nothing else: only rows whose
    origin has changed are made anew. Its content is that of a full build, whatever came late, was
    deleted, erased, loaded twice or taken back, since no clock and no load number is asked: beside
    every row stands the hash of the row it was made of (`_made_of`).

    Anything else the rows depend on is in the SQL that dbt has written (variables, macros) or in the
    columns of the relation; when these differ from those of the table (its comment), or with
    `--full-refresh`, all rows are made. A test holds which models may be made so
    (tests/contract/test_remembered.py).

    Config: made_of: name of the relation's model; row_key: column that names a row in both.
-#}
{% materialization remembered, default %}
    {#- Other warehouses make all of it; they count bytes, and both ways read all of the relation. #}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        {{ create_table_as(False, target, sql) }}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{% materialization remembered, adapter='postgres' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set origin = ref(config.require('made_of')) -%}
    {%- set changed = make_temp_relation(target) -%}
    {%- set key = config.require('row_key') -%}
    {%- set columns = adapter.get_columns_in_relation(origin) | map(attribute='quoted') | join(', ') -%}
    {%- set text = local_md5(sql ~ ' of ' ~ columns) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set told = run_query(
        "select coalesce(obj_description(to_regclass('" ~ target ~ "'), 'pg_class'), '')"
    ).columns[0].values()[0] -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        {%- if existing and existing.is_table and told == text and not should_full_refresh() %}
            create temporary table {{ changed }} on commit drop as
            select origin.*
            from {{ origin }} as origin
            left join {{ target }} as made
                on origin.{{ key }} = made.{{ key }} and md5(cast(origin as text)) = made._made_of
            where made.{{ key }} is null;
            analyze {{ changed }};
            delete from {{ target }} as made
            where
                not exists (
                    select 1 from {{ origin }} as origin
                    where origin.{{ key }} = made.{{ key }} and md5(cast(origin as text)) = made._made_of
                );
            insert into {{ target }}
            select made.*, md5(cast(origin as text)) as _made_of
            from ({{ sql | replace(origin | string, changed | string) }}) as made
            inner join {{ changed }} as origin on made.{{ key }} = origin.{{ key }}
        {%- else %}
            {{ 'drop ' ~ existing.type ~ ' if exists ' ~ existing ~ ' cascade;' if existing }}
            create table {{ target }} as
            select made.*, md5(cast(origin as text)) as _made_of
            from ({{ sql }}) as made
            inner join {{ origin }} as origin on made.{{ key }} = origin.{{ key }};
            create unique index on {{ target }} ({{ key }});
            comment on table {{ target }} is '{{ text }}'
        {%- endif %}
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
