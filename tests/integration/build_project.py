"""A dbt project of ten models over the made-up shop: each way in which a build may miss a change.

Views over whole tables (a new column shows only when they are built anew), tables on tables, a
snapshot, a model of the date, a model that fails on some amounts, variables in the SQL.
"""

from pathlib import Path

from tests.integration.dbt_project import PROJECT

_HEAD = """
name: elt
version: "1.0"
config-version: 2
profile: elt
vars: {tenant: unset, tenant_currency: USD, tenant_timezone: UTC, sources_by_concept: {}, feeds: []}
models:
  elt:
    staging: {+schema: stg, +materialized: view}
    intermediate: {+schema: int, +materialized: table}
    marts: {+schema: mart, +materialized: table}
snapshots: {elt: {+schema: snap}}
"""
_SOURCES = """
version: 2
sources:
  - name: shopapi
    schema: "{{ var('tenant') }}_raw_shopapi"
    tables: [{name: orders}, {name: orders__items}, {name: tickets}, {name: stock}]
"""
_SNAPSHOT = """
version: 2
snapshots:
  - name: snap_stock
    relation: ref('int_stock')
    config: {unique_key: id, strategy: check, check_cols: [amount, is_deleted]}
"""
# `ELT_DBT_TODAY` plays the day: the server's own cannot be moved.
_MODELS = {
    "staging/shopapi/stg_orders": "select * from {{ source('shopapi', 'orders') }}",
    "staging/shopapi/stg_items": "select * from {{ source('shopapi', 'orders__items') }}",
    "staging/shopapi/stg_tickets": "select * from {{ source('shopapi', 'tickets') }}",
    "staging/shopapi/stg_stock": "select * from {{ source('shopapi', 'stock') }}",
    "intermediate/int_things": """
        select 'order' as thing, id, amount, email, _deleted_at is not null as is_deleted,
            to_jsonb(o) ->> 'note' as note, '{{ var("tenant_currency") }}' as currency
        from {{ ref('stg_orders') }} as o
        union all
        select 'ticket', id, amount, email, _deleted_at is not null, to_jsonb(t) ->> 'note',
            '{{ var("tenant_currency") }}'
        from {{ ref('stg_tickets') }} as t""",
    "intermediate/int_stock": """
        select id, amount, _deleted_at is not null as is_deleted from {{ ref('stg_stock') }}""",
    "marts/fct_things": """
        select t.*, (select count(*) from {{ ref('stg_items') }} as i where i._parent_id = t.id)
            as items, '{{ var("sources_by_concept") | tojson }}' as concepts
        from {{ ref('int_things') }} as t""",
    "marts/fct_stock": """
        select id, amount, case when not is_deleted then 1 / (amount::int % 17) end as share
        from {{ ref('int_stock') }}""",
    "marts/dim_stock": """
        select id, amount, is_deleted, dbt_valid_from, dbt_valid_to from {{ ref('snap_stock') }}""",
    "marts/agg_age": """
        {{ config(tags=['calendar']) }}
        select id, date '{{ env_var("ELT_DBT_TODAY") }}' - updated_at::date as days
        from {{ ref('stg_tickets') }}""",
    "marts/agg_all": """
        select (select count(*) from {{ ref('stg_orders') }}) as orders,
            (select sum(amount) from {{ ref('fct_things') }}) as amount,
            (select sum(amount) from {{ ref('dim_stock') }} where dbt_valid_to is null) as stock""",
}
# Models a person edits, and what the edit makes of them: another text, and another edge.
EDITED = "marts/agg_edited"
_EDITS = ("fct_things", "int_stock", "stg_tickets", "int_things")


def write_project(folder: Path) -> None:
    """The project as it is before anybody has edited it."""
    files = {
        "dbt_project.yml": _HEAD,
        "profiles.yml": (PROJECT / "profiles.yml").read_text(),
        "models/staging/shopapi/sources.yml": _SOURCES,
        "snapshots/snap_stock.yml": _SNAPSHOT,
        "macros/generate_schema_name.sql": (
            PROJECT / "macros" / "generate_schema_name.sql"
        ).read_text(),
        **{f"models/{name}.sql": text for name, text in _MODELS.items()},
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    write_edit(folder, 0)


def write_edit(folder: Path, number: int) -> None:
    """Edit one model: it reads something else than before, and says so."""
    read = _EDITS[number % len(_EDITS)]
    text = f"select {number} as edit, sum(amount) as amount from {{{{ ref('{read}') }}}}"
    (folder / "models" / f"{EDITED}.sql").write_text(text)
