"""Tables that grow: new columns, wider numbers, detected types that were wrong, views on top."""

from decimal import Decimal
from typing import Any

import pytest

from include.config.connector_spec import Stream
from include.core.streams import SchemaChange
from tests.integration.load_case import LoadCase, build_case, order


def simple(url: str, **columns: Any) -> LoadCase:
    declared = {"id": "int", **columns}
    return build_case(url, {"primary_key": ["id"], "columns": declared})


def types(case: LoadCase) -> dict[str, str]:
    query = (
        "select attname, format_type(atttypid, atttypmod) from pg_attribute "
        "where attrelid = %s::regclass and attnum > 0 and attname !~ '^_'"
    )
    return dict(case.query(query, case.table))


def test_numbers_widen_in_place_and_keep_what_was_there(warehouse: str) -> None:
    case = simple(warehouse, n="int")
    case.load([{"id": 1, "n": 5}])
    second = case.load([{"id": 2, "n": 2**40}])
    third = case.load([{"id": 3, "n": Decimal("0.1")}, {"id": 4, "n": 10**30}])
    assert second.schema_changes == (SchemaChange("orders", "n", "widened", "integer", "bigint"),)
    assert third.schema_changes == (SchemaChange("orders", "n", "widened", "bigint", "numeric"),)
    assert case.rows("id, n") == [
        (1, Decimal(5)), (2, Decimal(2**40)), (3, Decimal("0.1")), (4, Decimal(10**30)),
    ]  # fmt: skip
    assert case.load([{"id": 1, "n": 5}]).unchanged == 1


def test_widening_inside_one_load_after_rows_were_staged(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("include.load.page_reader.DICT_ROWS", 2)
    case = simple(warehouse, n="int")
    values = [1, 2, 2**33, 3, Decimal("1.5"), 4]
    result = case.load([{"id": at, "n": value} for at, value in enumerate(values)])
    assert (result.inserted, result.quarantined) == (6, 0)
    assert [row[1] for row in case.rows("id, n")] == [Decimal(value) for value in values]
    # The table was made with the wider type, so nothing of it changed.
    assert result.schema_changes == ()


def test_a_declared_column_quarantines_what_does_not_fit(warehouse: str) -> None:
    case = simple(warehouse, n="int", on="date")
    result = case.load([{"id": 1, "n": "seven"}, {"id": 2, "on": "2026-02-30"}, {"id": 3, "n": 7}])
    assert (result.inserted, result.quarantined) == (1, 2)
    assert types(case) == {"id": "integer", "n": "integer", "on": "date"}
    found = case.ops("quarantine", "record_key, reason, payload, seen_count, state")
    assert found == [
        ("id=1", "type_mismatch", '{"id":1,"n":"seven"}', 1, "open"),
        ("id=2", "type_mismatch", '{"id":2,"on":"2026-02-30"}', 1, "open"),
    ]


def test_the_same_bad_record_is_counted_not_repeated(warehouse: str) -> None:
    case = simple(warehouse, n="int")
    bad = [{"id": 1, "n": "x"}, {"id": None, "n": 1}]
    for _ in range(3):
        assert case.load(bad).quarantined == 2
    found = case.ops("quarantine", "reason, seen_count, first_seen < last_seen")
    assert found == [("null_primary_key", 3, True), ("type_mismatch", 3, True)]


@pytest.mark.parametrize(
    ("guess", "first", "second", "kind", "stored"),
    [
        ("int", 1, "n/a", "text", ["1", "n/a"]),
        ("numeric", "1.50", "1,5", "text", ["1.50", "1,5"]),
        ("bool", True, "maybe", "text", ["true", "maybe"]),
        ("date", "2026-01-02", "soon", "text", ["2026-01-02", "soon"]),
        ("int", 1, 2**40, "bigint", [1, 2**40]),
    ],
)
def test_a_detected_column_gives_way_to_the_data(
    warehouse: str, guess: str, first: object, second: object, kind: str, stored: list[object]
) -> None:
    case = simple(warehouse, v={"type": guess, "detected": True})
    case.load([{"id": 1, "v": first}])
    result = case.load([{"id": 2, "v": second}])
    assert (result.inserted, result.quarantined) == (1, 0)
    assert types(case)["v"] == kind
    assert [row[1] for row in case.rows("id, v")] == stored
    assert case.load([{"id": 1, "v": first}]).unchanged == 1


def test_a_new_declared_column_is_added_and_filled(warehouse: str) -> None:
    case = simple(warehouse, a="text")
    case.load([{"id": 1, "a": "x", "b": "9"}])
    columns = {"id": "int", "a": "text", "b": "bigint"}
    spec = case.stream.model_dump(by_alias=True) | {"columns": columns}
    case.stream = Stream.model_validate(spec)
    result = case.load([{"id": 1, "a": "x", "b": "9"}])
    assert result.schema_changes == (SchemaChange("orders", "b", "added", None, "bigint"),)
    # Filled from _extra, so the record that comes again has nothing new to say.
    assert result.unchanged == 1
    assert case.rows("id, b, _extra") == [(1, 9, None)]


def test_a_column_no_longer_declared_stays_with_its_values(warehouse: str) -> None:
    case = simple(warehouse, a="text", b="text")
    case.load([{"id": 1, "a": "x", "b": "old"}])
    case.stream = Stream.model_validate(
        {"primary_key": ["id"], "columns": {"id": "int", "a": "text"}}
    )
    case.load([{"id": 1, "a": "y", "b": "new"}])
    assert case.rows("id, a, b, _extra") == [(1, "y", "old", {"b": "new"})]


def test_views_on_a_widened_column_come_back_as_they_were(warehouse: str) -> None:
    """`alter column type` fails while a dbt staging view selects the column."""
    case = simple(warehouse, n="int", other="text")
    case.load([{"id": 1, "n": 5, "other": "o"}])
    place = case.table.split(".")[0]
    for statement in (
        "create role {r} nologin",
        "create view {p}.stg_orders with (security_barrier=true) as select id, n * 2 as twice "
        "from {t}",
        "create view {p}.int_orders as select twice + 1 as more from {p}.stg_orders",
        "create materialized view {p}.kept as select id, twice from {p}.stg_orders",
        "create unique index kept_id on {p}.kept (id)",
        "create view {p}.untouched as select id, other from {t}",
        "comment on view {p}.stg_orders is 'One row per order; 100%% sure.'",
        "comment on column {p}.stg_orders.twice is 'It''s twice'",
        "grant select on {p}.int_orders to {r} with grant option",
        "alter view {p}.stg_orders owner to elt_{tenant}",
    ):
        names = {"r": f"bi_{case.tenant}", "p": place, "t": case.table, "tenant": case.tenant}
        case.query(statement.format(**names))
    facts = (
        "select relname, relkind, pg_get_userbyid(relowner), relacl::text, reloptions, "
        "obj_description(oid, 'pg_class'), col_description(oid, 2) from pg_class "
        "where relnamespace = %s::regnamespace and relkind in ('v', 'm', 'i') "
        "and relname !~ 'pkey' order by 1"
    )
    oid = f"select '{place}.untouched'::regclass::oid"
    before, untouched = case.query(facts, place), case.query(oid)
    case.load([{"id": 2, "n": 2**40, "other": "p"}])
    assert case.query(facts, place) == before
    assert case.query(oid) == untouched
    assert case.query(f"select more from {place}.int_orders order by 1") == [(11,), (2**41 + 1,)]
    assert case.query(f"select twice from {place}.kept") == [(10,)]


def test_a_key_that_outgrows_its_type_takes_the_children_along(warehouse: str) -> None:
    case = build_case(warehouse)
    case.load([order(1)])
    case.load([order(2**40)])
    assert case.rows("_parent_id, sku", "__items") == [(1, "s1"), (2**40, f"s{2**40}")]
