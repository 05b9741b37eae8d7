{#-
    Rows of a snapshot with version_number, effective_from_at (included) and effective_to_at
    (excluded).

    A version starts when the source says it changed, if that lies between the version before and the
    run that saw it; the first one is taken to have held always.
-#}
{% macro versions_bounded(relation, key) %}
    select
        started.*,
        case when version_number = 1 then {{ instant('1900-01-01') }} else changed_at end
            as effective_from_at,
        coalesce(
            lead(changed_at) over (partition by {{ key }} order by dbt_valid_from),
            {{ instant('9999-12-31') }}
        ) as effective_to_at
    from (
        select
            {{ relation }}.*,
            row_number() over (partition by {{ key }} order by dbt_valid_from) as version_number,
            max({{ earlier_of('updated_at', 'dbt_valid_from') }})
                over (partition by {{ key }} order by dbt_valid_from) as changed_at
        from {{ relation }}
    ) as started
{% endmacro %}
