"""SQL of models, data tests and checks is read by PostgreSQL, BigQuery and Snowflake alike.

What one warehouse alone understands stands in include/destinations or in a macro dispatched to it.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from include.config.settings import load_settings
from include.quality.builtin import StreamTable, build_stream_checks
from include.quality.check import Check
from include.quality.discover import load_feed_checks, load_mart_checks
from include.transform.variables import build_manifest_vars
from tests.contract.dbt_models import CONNECTORS, RENDERER
from tests.contract.dbt_models import MODELS as DBT_MODELS
from tests.contract.dbt_renderer import PROJECT, Renderer, load_macros
from tests.contract.portable_sql import WAREHOUSES, find_unportable, find_unreadable, tables_of
from tests.contract.source_tree import load_yml

MODELS = sorted((PROJECT / "models").rglob("*.sql"))
YMLS = sorted((PROJECT / "models").rglob("*.yml"))
MACROS = dict(load_macros())
DISPATCHED = re.compile(r"adapter\.dispatch\('(\w+)'\)")
JINJA = {"ref", "source", "var", "config", "items", "loop", "range"}
# They compare the books with rows. A destination apart from the ledger gets the books' values.
BOTH_STORES = {"rows_match_ledger", "orders_lead_back_to_a_load"}


@cache
def renderer(warehouse: str, *, with_connectors: bool = True) -> Renderer:
    if warehouse == "postgres" and with_connectors:
        return RENDERER
    return Renderer(warehouse, build_manifest_vars(CONNECTORS if with_connectors else {}))


def is_of_one_warehouse(macro: str) -> bool:
    return macro.startswith(tuple(f"{warehouse}__" for warehouse in WAREHOUSES))


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_every_model_is_read_by(warehouse: str) -> None:
    assert len(MODELS) >= 230
    faults = {
        path.stem: found
        for path in MODELS
        if (found := find_unreadable(renderer(warehouse).render(path.read_text()), warehouse))
    }
    assert faults == {}


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_a_tenant_without_connectors_is_read_by(warehouse: str) -> None:
    """The empty union was a `where` without a `from`, which BigQuery refuses."""
    alone = renderer(warehouse, with_connectors=False)
    unioned = [path for path in MODELS if path.stem.endswith("__unioned")]
    assert len(unioned) >= 7
    for path in unioned:
        sql = alone.render(path.read_text())
        assert "union all" not in sql
        assert find_unreadable(sql, warehouse) == []


MAPPED = {
    "connector": "files", "feed": "uploads", "schema": "shop_raw_files", "stream": "papers",
    "parent": "papers", "parent_key": ["number"], "keep": "",
}  # fmt: skip


def _mapped(name: str, **form: Any) -> dict[str, Any]:
    one = {"columns": [name], "value": None, "minor_units": "", "is_day": False, "prefix": ""}
    return {**one, "values": {}, "codes": [], **form}


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_streams_of_a_tenants_own_are_read_by(warehouse: str) -> None:
    """A mapping's select is made of variables alone, so no model's text shows what it holds."""
    own = {
        "order_id": _mapped("number", prefix="it's-"),
        "order_status": _mapped("state", values={"zu \\ 'Ende": "paid"}, codes=["paid"]),
        "currency_code": _mapped("", columns=[], value="EUR"),
        "total_amount": _mapped("total", minor_units="row"),
        "tax_amount": _mapped("vat"),
        "ordered_on": _mapped("due", is_day=True),
        "updated_at": _mapped("placed"),
        "is_cancelled": _mapped("is_closed"),
        "payment_method": _mapped("no_such_column"),
    }
    maps = {"concept_maps": {"orders": [MAPPED | {"columns": own}]}}
    with_map = Renderer(warehouse, build_manifest_vars({}) | maps)
    for path in MODELS:
        if path.stem in ("int_orders__unioned", "int_concepts__refused"):
            sql = with_map.render(path.read_text())
            assert "shop_raw_files.papers" in sql
            assert find_unreadable(sql, warehouse) == []


def test_models_are_written_in_portable_words() -> None:
    faults = {
        path.stem: found
        for path in MODELS
        if (found := find_unportable(path.read_text(), also={*MACROS, *JINJA}))
    }
    assert faults == {}


def test_macros_of_no_warehouse_are_written_in_portable_words() -> None:
    known = {*MACROS, *JINJA, "return", "dispatch", "join", "keys", "raise_compiler_error", "get"}
    known |= {"greatest", "least", "md5"}  # md5: BigQuery's has its own body
    # Jinja's and dbt's own, in macros that look at what tables there are.
    known |= {"map", "reject", "append", "quote", "get_relation", "get_columns_in_relation", "dict"}
    faults = {
        name: found
        for name, text in MACROS.items()
        if not is_of_one_warehouse(name) and (found := find_unportable(text, also=known))
    }
    assert faults == {}


def test_every_dispatched_macro_has_a_body_for_every_warehouse() -> None:
    names = {name for text in MACROS.values() for name in DISPATCHED.findall(text)}
    assert len(names) >= 15
    missing = {
        f"{warehouse}__{name}"
        for name in names
        for warehouse in WAREHOUSES
        if f"{warehouse}__{name}" not in MACROS and f"default__{name}" not in MACROS
    }
    assert missing == set()
    bodies = {name.split("__", 1)[1] for name in MACROS if is_of_one_warehouse(name)}
    # dbt dispatches these itself.
    assert bodies - names == {"snapshot_get_time", "drop_table"}, "a body nothing dispatches to"


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_contracts_name_the_types_that_macros_cast_to(warehouse: str) -> None:
    project = load_yml(PROJECT / "dbt_project.yml")
    types = project["vars"]["types"]
    assert set(types) == set(WAREHOUSES)
    for kind, type_name in types[warehouse].items():
        assert type_name == renderer(warehouse).macros["type_of"](kind)
    plain = {"text", "bigint", "boolean", "date", "integer"}  # every adapter knows these
    written = {column["data_type"] for path in YMLS for column in _columns(path)}
    given = {f"{{{{ var('types')[target.type].{kind} }}}}" for kind in types[warehouse]}
    assert written == plain | given


def _columns(path: Path) -> Iterator[dict[str, Any]]:
    for model in load_yml(path).get("models", []):
        yield from (c for c in model.get("columns", []) if "data_type" in c)


def own_data_tests() -> dict[str, list[dict[str, Any]]]:
    """Macro of a generic test of the project -> the arguments of its uses, each kind once."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for model in DBT_MODELS.values():
        for column, name, settings in model.data_tests():
            if f"test_{name}" in MACROS:
                on_column = {"column_name": column} if column else {}
                arguments = {**settings.get("arguments", {}), **on_column}
                found.setdefault(f"test_{name}", {})[str(arguments)] = arguments
    return {name: list(uses.values()) for name, uses in found.items()}


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_own_data_tests_are_read_by(warehouse: str) -> None:
    uses = own_data_tests()
    assert set(uses) == {n for n in MACROS if n.startswith("test_")}
    for name, arguments in uses.items():
        for given in arguments:
            assert find_unportable(str(given.get("expression", "")), also=MACROS) == []
            sql = renderer(warehouse).macros[name]("models.some_model", **given)
            assert find_unreadable(sql, warehouse) == []


def all_checks() -> list[Check]:
    """Check files of every connector and of the marts, and the checks every stream gets."""
    loaded = [load_feed_checks(load_settings().connectors_dir, name) for name in CONNECTORS]
    files = [check for checks, problems in [*loaded, load_mart_checks()] for check in checks]
    stream = StreamTable("orders", ("id", "line"), (1, 2), children=("orders__lines",))
    return [*files, *build_stream_checks(stream)]


CHECKS = all_checks()


def fill(check: Check) -> str:
    """The check with a name or a value in each placeholder."""
    named = re.sub(r"\{(schema|table|stg|int|mart|snap)\}", r"\1", check.sql)
    return re.sub(r"\{[a-z_]+\}", "'value'", named)


def books_only(check: Check) -> bool:
    return all(table.startswith("elt_ops.") for table in tables_of(fill(check)))


def test_checks_were_found() -> None:
    assert sum(check.path is not None for check in CHECKS) >= 36
    assert sum(check.path is None for check in CHECKS) >= 11


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_check_is_read_by_every_warehouse(check: Check) -> None:
    """Row checks run where the rows are; books stay in PostgreSQL, in its words."""
    if books_only(check):
        assert find_unreadable(fill(check), "postgres") == []
        return
    assert find_unportable(check.sql) == []
    assert "||" not in check.sql, "a date or number is text to `concat` only"
    for warehouse in WAREHOUSES:
        assert find_unreadable(fill(check), warehouse) == []


def test_few_checks_need_both_stores() -> None:
    both = {
        check.name
        for check in CHECKS
        if not books_only(check) and any(t.startswith("elt_ops.") for t in tables_of(fill(check)))
    }
    assert both == BOTH_STORES


@pytest.mark.parametrize(
    "planted",
    [
        "select id::text as bad_key from t",
        "select id from t where name ilike 'a%'",
        "select distinct on (id) id from t",
        "select to_char(day, 'YYYY') from t",
        "select date_trunc('month', day) from t",
        "select id from t where name ~ '^a'",
        "select id from t where name !~* '^a'",
        "select count(*) filter (where is_new) from t",
        "select day from generate_series(1, 2) as s (day)",
        "select concat_ws(' ', a, b) from t",
        "select bool_and(is_new) from t",
        "select greatest(a, b) from t",
        "select cast(id as text) from t",
        "select cast(coalesce(a, 0) as timestamptz) from t",
        "select cents / 100.0 from t",
        "select null as created_at from t",
        "select id from t where at > current_timestamp - interval '1 day'",
        "select payload ->> 'id' from t",
        "select at at time zone 'UTC' from t",
        "select string_agg(name, ',') from t",
        "select initcap(name) from t",
        "select document || '/' || line_position from t",
        "select 1 from t union select 2 from t",
    ],
)
def test_the_rule_bites(planted: str) -> None:
    assert find_unportable(planted)


@pytest.mark.parametrize(
    ("warehouse", "planted"),
    [
        ("bigquery", "select 1 as one where 1 = 0"),
        ("bigquery", "select cast(x as numeric(18, 3)) from t"),
        ("bigquery", "select cast(x as text) from t"),
        ("bigquery", "select cast(x as timestamp with time zone) from t"),
        ("snowflake", "select x ->> 'id' from t"),
        ("snowflake", "select cast(x as timestamp with time zone) from t"),
        ("postgres", "delete from t"),
    ],
)
def test_what_reaches_a_warehouse_is_judged_too(warehouse: str, planted: str) -> None:
    assert find_unreadable(planted, warehouse)


def test_portable_selects_pass() -> None:
    fine = "select concat('', id) as bad_key from t where a is distinct from b and c <> 'x->y'"
    assert find_unportable(fine.replace("->", "")) == []
    assert all(find_unreadable(fine.replace("->", ""), warehouse) == [] for warehouse in WAREHOUSES)
