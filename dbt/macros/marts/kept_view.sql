{#-
    Views that people's dashboards read. They are replaced in place, and when a table below them is
    made anew they follow it (postgres__drop_table): dbt's own are dropped with the old table, until
    they are built again, or for good when a test in between fails.
-#}
{% materialization kept_view, default %}
    {{ return(create_or_replace_view()) }}
{% endmaterialization %}


{% materialization kept_view, adapter='postgres' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        {{ get_assert_columns_equivalent(sql) if config.get('contract').enforced }}
        do $kept$
        begin
            execute $view$create or replace view {{ target_relation }} as {{ sql }}$view$;
        exception when invalid_table_definition then
            {#- Other columns than before: only then is it a new view. #}
            drop view {{ target_relation }} cascade;
            execute $view$create view {{ target_relation }} as {{ sql }}$view$;
        end $kept$;
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{#-
    How dbt drops the old table once the new one has its name. Before it does, the views of
    `<tenant>_bi` that read the old one are pointed at the new one. One at a time per tenant: two
    tables of one view would wait for each other.
-#}
{% macro postgres__drop_table(relation) -%}
    {%- set name = relation.identifier | replace('__dbt_backup', '') %}
    {%- if relation.schema == var('tenant') ~ '_mart' and name != relation.identifier %}
    do $kept$
    declare
        one record;
    begin
        perform pg_advisory_xact_lock(hashtext('{{ var("tenant") }}_bi'));
        for one in
            select distinct space.nspname, viewed.oid, viewed.relname
            from pg_depend as depends
            inner join pg_rewrite as rules on depends.objid = rules.oid
            inner join pg_class as viewed on rules.ev_class = viewed.oid
            inner join pg_namespace as space on viewed.relnamespace = space.oid
            where
                depends.refobjid = to_regclass('{{ relation }}')
                and depends.classid = cast('pg_rewrite' as regclass)
                and viewed.relkind = 'v'
                and space.nspname = '{{ var("tenant") }}_bi'
        loop
            begin
                execute format(
                    'create or replace view %I.%I as %s', one.nspname, one.relname,
                    regexp_replace(
                        pg_get_viewdef(one.oid), '\m{{ name }}__dbt_backup\M', '{{ name }}', 'g'
                    )
                );
            exception when others then
                {#- A column of it is gone: the view goes with the old table, and dbt makes it anew. #}
                null;
            end;
        end loop;
    end $kept$;
    {%- endif %}
    drop table if exists {{ relation }} cascade
{%- endmacro %}
