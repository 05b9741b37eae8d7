"""Every contracted mart column leads to fields of sources, through every connector there is.

The selects are those of the whole project with every connector on, as the other contract tests
render them; what `elt lineage` reads is the same, compiled by dbt for one tenant.
"""

from functools import cache

import pytest

from include.transform.lineage.graph import Graph, Made, Table
from include.transform.lineage.raw import find_field, find_raw_columns
from include.transform.lineage.statement import UnreadableSelect, trace_select
from tests.contract.dbt_models import CONNECTORS, MODELS, RENDERER
from tests.contract.dbt_renderer import PROJECT
from tests.contract.source_tree import load_yml

MARTS = sorted(name for name, model in MODELS.items() if "marts" in model.path.parts)
SNAPSHOT = ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")
# Columns of rows the platform counts or numbers itself, whatever the sources say.
OURS = {"dim_channels", "dim_date", "dim_payment_method"}


def load_snapshots() -> dict[Table, Made]:
    found = {}
    for path in (PROJECT / "snapshots").glob("*.yml"):
        for one in load_yml(path)["snapshots"]:
            read = one["relation"].split("'")[1]
            added = ", ".join(f"null as {name}" for name in SNAPSHOT)
            sql = f"select *, {added} from models.{read}"
            found["models", one["name"]] = Made(one["name"], sql)
    return found


@cache
def load_python_sources() -> dict[Table, tuple[str, ...]]:
    """Tables of identity and of fits: what their sources yml describes."""
    found = {}
    for path in (PROJECT / "models").rglob("*sources*.yml"):
        for source in load_yml(path).get("sources", []):
            for table in source["tables"]:
                columns = tuple(column["name"] for column in table.get("columns", []))
                found[f"raw_{source['name']}", table["name"]] = columns
    return found


def find_columns(table: Table) -> tuple[str, ...]:
    connector = CONNECTORS.get(table[0].removeprefix("raw_"))
    if connector is not None and connector.streams:
        return find_raw_columns(connector.streams, table[1])
    return load_python_sources().get(table, ())


@pytest.fixture(scope="module")
def graph() -> Graph:
    made: dict[Table, Made] = dict(load_snapshots())
    for name, model in MODELS.items():
        made["models", name] = Made(name, RENDERER.render(model.code), tuple(model.columns))
    return Graph(made, find_columns)


@pytest.mark.parametrize("mart", MARTS)
def test_every_mart_column_is_traced(mart: str, graph: Graph) -> None:
    """Nothing is lost on the way, and what is of sources ends at declared fields of theirs."""
    reached: set[str] = set()
    for column in MODELS[mart].columns:
        steps = graph.trace(("models", mart), column)
        assert len(steps) > 1 or steps["models", mart, column].note.startswith("a constant"), column
        lost = [s for s in steps.values() if s.note.startswith("cannot be followed")]
        assert not lost, (column, lost[0])
        for schema, table, name in steps:
            if schema == "models":
                continue
            known = find_columns((schema, table))
            assert not known or name in known, (column, schema, table, name)
            reached.add(schema)
    assert reached or mart in OURS


def test_the_path_of_one_number_is_known_by_heart(graph: Graph) -> None:
    steps = graph.trace(("models", "fct_payments"), "fee_amount")
    raw = {leaf for leaf in steps if leaf[0].startswith("raw_")}
    assert ("raw_stripe", "balance_transactions", "fee") in raw
    assert {leaf[1] for leaf in steps} >= {
        "int_payments__unioned",
        "stg_stripe__conformed_payments",
    }
    field = find_field("stripe", CONNECTORS["stripe"].streams, "balance_transactions", "fee")
    assert (field.connector, field.stream, field.path) == ("stripe", "balance_transactions", "fee")


def test_a_nested_field_is_named_as_the_vendor_nests_it() -> None:
    streams = CONNECTORS["shopify"].streams
    found = find_field("shopify", streams, "orders", "total_amount").path
    assert "." in found
    line = find_field("shopify", streams, "orders__line_items", "quantity")
    assert "[]." in line.path
    parent = find_field("shopify", streams, "orders__line_items", "_parent_id")
    assert parent.note == "key of the record that holds the list"
    assert "not the vendor" in find_field("shopify", streams, "orders", "_load_id").note
    assert "declared nowhere" in find_field("files", {}, "price_list", "code").note


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select a + b as c from s.t", {"c": {"a", "b"}}),
        ("with x as (select * from s.t) select a as c from x", {"c": {"a"}}),
        ("select case when a > 1 then b end as c from s.t", {"c": {"a", "b"}}),
        ("select a as c from s.t union all select b from s.t", {"c": {"a", "b"}}),
        ("select sum(a) over (partition by b) as c from s.t", {"c": {"a", "b"}}),
        ("select (select max(b) from s.t) as c from s.t", {"c": {"b"}}),
        ("select count(*) as c, 1 as d from s.t", {"c": set(), "d": set()}),
        ("select y.c from (select a as c from s.t) as y", {"c": {"a"}}),
    ],
)
def test_a_column_is_made_of(sql: str, expected: dict[str, set[str]]) -> None:
    schema = {"s": {"t": {"a": "text", "b": "text"}}}
    traced = trace_select(sql, schema)
    assert {name: {leaf[2] for leaf in found} for name, found in traced.items()} == expected


def test_a_table_nobody_declared_is_followed_by_the_names_that_are_written() -> None:
    """A stream of a tenant's own has no declared columns, and every concept it feeds was lost."""
    own = 'select r."on_hand" as q from shop_raw_files.stock as r union all select q from s.known'
    made = {("s", "u"): Made("u", own), ("s", "known"): Made("known", "select 1 as q")}
    steps = Graph(made, lambda table: ()).trace(("s", "u"), "q")
    assert ("shop_raw_files", "stock", "on_hand") in steps
    assert not any(step.note.startswith("cannot") for step in steps.values())


def test_what_cannot_be_followed_says_so() -> None:
    """A silent end would look like a number that comes from nowhere."""
    with pytest.raises(UnreadableSelect):
        trace_select("select from where", {})
    alone = {("s", "m"): Made("m", None, ("a",)), ("s", "n"): Made("n", "select a from s.m", ())}
    steps = Graph(alone, lambda table: ()).trace(("s", "n"), "a")
    assert steps["s", "m", "a"].note == "cannot be followed: `m` has not been compiled here"
