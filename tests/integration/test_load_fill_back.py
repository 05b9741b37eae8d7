"""A column declared today has yesterday's values as if it had been there; nothing is re-read."""

import copy
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from include.config.connector_spec import Stream
from include.core.streams import SchemaChange
from include.load.policy import StreamPolicy
from tests.integration.load_case import LoadCase, build_case, order


def declare(case: LoadCase, child: str | None = None, **columns: Any) -> None:
    spec = copy.deepcopy(case.stream.model_dump(by_alias=True))
    place = spec["columns"] if child is None else spec["children"][child]["columns"]
    place.update(columns)
    case.stream = Stream.model_validate(spec)


RECORDS: list[dict[str, Any]] = [
    order(1, colour="red", price=Decimal("1.10"), size=7, at="2026-02-03T04:05:06.789+02:00"),
    order(2, customer={"id": "c2", "address": {"city": "Oslo", "zip": "1"}, "name": "n"}),
    order(3, customer={"id": "c3", "address": {"city": None}}, colour=None, big=2**40),
    order(4, flags=["a", {"b": 1.50}], colour='ünï \U0001f600 "q" \\ \n', exact="00123"),
    order(5, price=17, at="2026-02-03", flags={}, on="2026-02-03"),
]
NEW = {
    "colour": "text",
    "price": "numeric",
    "size": "int",
    "big": "int",
    "at": "timestamp",
    "on": "date",
    "flags": "json",
    "exact": "text",
    "city": {"type": "text", "path": "customer.address.city"},
}


def test_filling_back_and_reading_again_give_the_same_rows(warehouse: str) -> None:
    filled, read_again = build_case(warehouse), build_case(warehouse)
    columns = "id, " + ", ".join(f'"{name}"' for name in NEW) + ", _extra"
    filled.load(copy.deepcopy(RECORDS))
    before = filled.rows("id, _load_id, _loaded_at, _children_hash")
    for case in (filled, read_again):
        declare(case, **NEW)
    result = filled.load([])
    read_again.load(copy.deepcopy(RECORDS))
    assert filled.rows(columns) == read_again.rows(columns)
    assert filled.rows("id, _load_id, _loaded_at, _children_hash") == before
    assert {c.column: c.new_type for c in result.schema_changes if c.change == "added"}[
        "big"
    ] == "bigint"
    # Nothing is told anew when the source sends it again.
    again = filled.load(copy.deepcopy(RECORDS))
    assert (again.unchanged, again.updated) == (5, 0)
    assert filled.load([]).schema_changes == ()


def test_nested_fields_take_their_empty_objects_along(warehouse: str) -> None:
    case = build_case(warehouse)
    case.load(copy.deepcopy(RECORDS))
    declare(case, city={"type": "text", "path": "customer.address.city"})
    case.load([])
    assert case.rows("id, city, _extra -> 'customer'")[1:3] == [
        (2, "Oslo", {"name": "n", "address": {"zip": "1"}}),
        (3, None, None),
    ]


def test_values_that_do_not_fit_stay_and_are_told(warehouse: str) -> None:
    case = build_case(warehouse)
    case.load([order(1, size="7"), order(2, size="large"), order(3, size=1.5), order(4)])
    declare(case, size="int")
    result = case.load([])
    assert case.rows("id, size, _extra") == [
        (1, Decimal(7), None), (2, None, {"size": "large"}), (3, Decimal("1.5"), None),
        (4, None, None),
    ]  # fmt: skip
    (change,) = [c for c in result.schema_changes if c.change == "not_filled"]
    assert (change.column, change.records) == ("size", 1)
    assert (result.read, result.quarantined) == (0, 0)
    columns = "record_key, reason, payload, key_values, state"
    assert case.ops("quarantine", columns) == [
        ("id=2", "not_filled", '{"size":"large"}', ["2"], "open")
    ]
    # The record itself, corrected, closes it.
    case.load([order(2, size=3)])
    assert case.ops("quarantine", "record_key, state") == [("id=2", "resolved")]


def test_child_tables_are_filled_and_no_parent_is_told_as_changed(warehouse: str) -> None:
    case = build_case(warehouse)
    items = [
        {"sku": "a", "quantity": 1, "gift": {"text": "hi", "wrap": True}},
        {"sku": "b", "quantity": 2, "tax": "1.20"},
    ]
    records = [order(1, items=items), order(2)]
    case.load(copy.deepcopy(records))
    before = case.rows("id, _loaded_at, _children_hash")
    declare(case, "items", tax="numeric", greeting={"type": "text", "path": "gift.text"})
    again = case.load(copy.deepcopy(records))
    assert (again.unchanged, again.updated) == (2, 0)
    assert case.rows("_position, sku, tax, greeting, _extra", "__items where _parent_id = 1") == [
        (0, "a", None, "hi", {"gift": {"wrap": True}}),
        (1, "b", Decimal("1.20"), None, None),
    ]
    assert case.rows("id, _loaded_at, _children_hash") == before
    assert case.load(copy.deepcopy(records)).unchanged == 2
    # Declared otherwise later, its children are replaced after all.
    declare(case, "items", greeting={"type": "text", "path": "gift.wrap"})
    assert case.load(copy.deepcopy(records)).updated == 2
    assert case.rows("_position, greeting", "__items where _parent_id = 1")[0] == (0, "true")


def test_a_child_field_that_was_dropped_is_read_from_the_source_again(warehouse: str) -> None:
    case = build_case(warehouse)
    records = [order(1, items=[{"sku": "a", "quantity": 1, "tax": "1.20"}])]
    case.load(copy.deepcopy(records), policy=StreamPolicy(drift="discard"))
    declare(case, "items", tax="numeric")
    assert case.load(copy.deepcopy(records)).updated == 1
    assert case.rows("sku, tax", "__items") == [("a", Decimal("1.20"))]


def test_an_object_of_which_columns_have_taken_parts_is_not_put_together(warehouse: str) -> None:
    """`customer` in _extra lacks the id that a column of its own has taken."""
    case = build_case(warehouse)
    record = order(2, customer={"id": "c2", "name": "n"})
    case.load([copy.deepcopy(record)])
    declare(case, customer="json")
    case.load([])
    assert case.rows("id, customer, _extra") == [(2, None, {"customer": {"name": "n"}})]
    case.load([copy.deepcopy(record)])
    assert case.rows("id, customer, _extra") == [(2, {"id": "c2", "name": "n"}, None)]


def test_a_load_that_fails_has_filled_nothing(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = build_case(warehouse)
    case.load([order(1, colour="red")])
    declare(case, colour="text")

    def fail(*_: Any, **__: Any) -> None:
        raise psycopg.errors.AdminShutdown("killed")

    with monkeypatch.context() as patched:
        patched.setattr("include.load.loader.ledger.run_record_load", fail)
        with pytest.raises(Exception, match="killed"):
            case.load([order(2)])
    assert case.rows("id, _extra") == [(1, {"colour": "red"})]
    assert case.load([order(2)]).inserted == 1
    assert case.rows("id, colour") == [(1, "red"), (2, None)]


def test_many_rows_are_filled_in_batches(warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("include.destinations.postgres.fill_back.BATCH", 1_000)
    case = build_case(warehouse)
    case.load([order(n, n=n if n < 9_000 else n * 2**31, items=[]) for n in range(10_000)])
    declare(case, n="int")
    result = case.load([])
    assert SchemaChange("orders", "n", "added", None, "bigint") in result.schema_changes
    assert case.query("select count(*), sum(n), count(_extra) from {t}") == [
        (10_000, sum(n if n < 9_000 else n * 2**31 for n in range(10_000)), 0)
    ]
