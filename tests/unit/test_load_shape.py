"""Records to batches: nesting, leftovers, children, rejects and what was noticed."""

from datetime import UTC, datetime
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from include.config.connector_spec import Stream
from include.core.errors import WarehouseRejected, WarehouseUnavailable
from include.core.streams import Page, Reject, RunKind, Window
from include.destinations.batch import Shaped
from include.destinations.layout import build_layout
from include.ledger.connection import Warehouse, build_error
from include.load.page_reader import ARROW_ROWS, DICT_ROWS, MANY_NOTICES, PageReader
from include.load.plan import is_complete_read
from include.load.shape.field_tree import MAX_UNKNOWN, FieldTree
from include.load.shape.key_order import KeyOrder
from include.load.shape.records import ArrowChunk, DictChunk, build_payload, storable
from include.load.shape.shaper import Shaper

DECLARED = {
    "primary_key": ["id"],
    "columns": {
        "id": "text",
        "email": {"type": "text", "path": "customer.email"},
        "city": {"type": "text", "path": "customer.address.city"},
        "raw": {"type": "json", "path": "billing"},
    },
    "children": {"items": {"path": "lines.data", "columns": {"sku": "text", "n": "int"}}},
}


def build_shaper(**changes: Any) -> Shaper:
    stream = Stream.model_validate(DECLARED | changes)
    return Shaper(build_layout("acme", "shop", "orders", stream))


def shape(*records: Any, **changes: Any) -> Shaped:
    return build_shaper(**changes).shape(DictChunk(list(records)))


def test_nested_fields_are_read_and_the_rest_is_kept_whole() -> None:
    record = {
        "id": "1",
        "customer": {"email": "e", "address": {"city": "c", "zip": "z"}, "tags": [1]},
        "billing": {"a": {"b": 1}},
        "lines": {"data": [], "has_more": False},
        "note": None,
    }
    row = shape(record).parent.to_pylist()[0]
    assert (row["id"], row["email"], row["city"], row["raw"]) == ("1", "e", "c", '{"a":{"b":1}}')
    assert row["_extra"] == (
        '{"customer":{"address":{"zip":"z"},"tags":[1]},"lines":{"has_more":false},"note":null}'
    )


@pytest.mark.parametrize("customer", [None, {}, {"email": None}])
def test_missing_fields_are_null_and_nothing_is_left_over(customer: Any) -> None:
    row = shape({"id": "1", "customer": customer}).parent.to_pylist()[0]
    assert (row["email"], row["city"], row["_extra"]) == (None, None, None)


def test_a_scalar_where_an_object_was_declared_is_kept() -> None:
    assert shape({"id": "1", "customer": "cus_1"}).parent["_extra"].to_pylist() == [
        '{"customer":"cus_1"}'
    ]


def test_children_know_parent_and_position() -> None:
    lines = {"data": [{"sku": "a", "n": 1}, {"sku": "b", "x": {"y": 2}}]}
    shaped = shape({"id": "1"}, {"id": "2", "lines": lines}, {"id": "3", "lines": None})
    assert shaped.children["items"].to_pylist() == [
        {"sku": "a", "n": 1, "_extra": None, "_position": 0, "_seq": 1},
        {"sku": "b", "n": None, "_extra": '{"x":{"y":2}}', "_position": 1, "_seq": 1},
    ]
    hashes = shaped.parent["_children_hash"].to_pylist()
    assert hashes[0] == hashes[2] != hashes[1]


def test_the_children_hash_ignores_key_order_and_sees_everything_else() -> None:
    def of(*data: Any) -> str:
        parent = shape({"id": "1", "lines": {"data": list(data)}}).parent
        return str(parent["_children_hash"].to_pylist()[0])

    assert of({"sku": "a", "n": 1}) == of({"n": 1, "sku": "a"})
    variants = [of(), of({"sku": "a"}), of({"sku": "a", "x": 1}), of({"sku": "a"}, {"sku": "a"})]
    assert len(set(variants)) == 4


def test_a_bad_child_takes_its_record_to_quarantine_whole() -> None:
    bad = {"id": "2", "lines": {"data": [{"n": 1}, {"n": "many"}]}}
    shaped = shape(
        {"id": "1", "lines": {"data": [{"n": 1}]}}, bad, {"id": "3", "lines": {"data": 5}}
    )
    assert shaped.parent["id"].to_pylist() == ["1"]
    assert shaped.children["items"].num_rows == 1
    assert [(r.key, r.reason) for r in shaped.rejects] == [
        ("id=2", "type_mismatch"), ("id=3", "type_mismatch"),
    ]  # fmt: skip
    assert "orders__items.n" in shaped.rejects[0].detail
    assert shaped.rejects[0].payload == build_payload(bad)


def test_a_list_of_scalars_becomes_rows_with_a_value() -> None:
    children = {"items": {"path": "tags", "columns": {"value": "text"}}}
    shaped = shape({"id": "1", "tags": ["a", "b"]}, children=children)
    assert shaped.children["items"]["value"].to_pylist() == ["a", "b"]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"id": None}, "null_primary_key"),
        ({}, "null_primary_key"),
        ({"id": ""}, "null_primary_key"),
        ({"id": "k" * 801}, "oversized_key"),
        ({"id": "1", "new": "\ud800"}, "unstorable_text"),
        ({"id": "1", "customer": {"x": "a\x00"}}, "unstorable_text"),
        ({"id": "1", "customer": {"email": "a\x00"}}, "type_mismatch"),
        ("text", "not_a_record"),
    ],
)
def test_rejects(record: Any, reason: str) -> None:
    shaped = shape({"id": "ok"}, record)
    assert shaped.parent["id"].to_pylist() == ["ok"]
    assert [reject.reason for reject in shaped.rejects] == [reason]
    payload = shaped.rejects[0].payload
    assert "\x00" not in payload
    assert payload.encode()


def test_what_was_noticed() -> None:
    shaper = build_shaper()
    shaper.shape(DictChunk([{"id": "1", "customer": {"email": None}, "x": 1}]))
    shaper.shape(DictChunk([{"id": "2", "lines": {"data": [{"sku": "a", "y": 1}]}}]))
    assert shaper.unknown_fields() == [("orders", "x"), ("orders__items", "y")]
    assert shaper.vanished_fields() == [
        ("orders", "city"), ("orders", "raw"), ("orders__items", "n"),
    ]  # fmt: skip
    assert build_shaper().vanished_fields() == []


def test_arrow_columns_nobody_declared_go_to_extra() -> None:
    table = pa.table({"id": ["1"], "colour": ["red"], "at": [datetime(2026, 1, 1, tzinfo=UTC)]})
    shaper = build_shaper(children={}, columns={"id": "text", "city": "text"})
    shaped = shaper.shape(ArrowChunk(table))
    assert shaped.parent.to_pylist() == [
        {"id": "1", "city": None, "_extra": '{"colour":"red","at":"2026-01-01T00:00:00+00:00"}'}
    ]
    assert shaper.unknown_fields() == [("orders", "at"), ("orders", "colour")]
    assert shaper.vanished_fields() == [("orders", "city")]


def test_an_arrow_reject_carries_its_row() -> None:
    far = pa.array([2**62, 0], pa.timestamp("us"))
    shaper = build_shaper(children={}, columns={"id": "text", "at": "timestamp"})
    shaped = shaper.shape(ArrowChunk(pa.table({"id": ["1", "2"], "at": far})))
    assert shaped.parent["id"].to_pylist() == ["2"]
    assert (shaped.rejects[0].key, shaped.rejects[0].payload[:9]) == ("id=1", '{"id":"1"')


def test_keys_by_the_thousand_do_not_fill_the_ledger() -> None:
    tree = FieldTree(["id"])
    for number in range(3 * MAX_UNKNOWN):
        assert tree.leftover({"id": 1, f"k{number}": 1}) == {f"k{number}": 1}
    assert len(tree.unknown) == MAX_UNKNOWN


@pytest.mark.parametrize(
    ("batches", "proven"),
    [
        ([[1, 2], [3]], True),
        ([[3, 2], [1]], True),
        ([[1], [2], [3]], True),
        ([[1, 2], [2]], False),
        ([[1, 1]], False),
        ([[1, 3], [2, 4]], False),
        ([[1], [2], [2]], False),
        ([[2, 1], [3]], False),
        ([], True),
    ],
)
def test_only_keys_in_strict_order_prove_themselves(batches: list[list[int]], proven: bool) -> None:
    order = KeyOrder()
    for batch in batches:
        order.note([pa.array(batch, pa.int64())], ["bigint"])
    assert order.proven is proven


@pytest.mark.parametrize(
    ("batches", "proven"),
    [
        ([[(1, "a"), (1, "b"), (2, "a")], [(2, "b")]], True),
        ([[(2, "b")], [(2, "a"), (1, "c")]], True),
        ([[(1, "a"), (1, "a")]], False),
        ([[(1, "b")], [(1, "b")]], False),
        ([[(1, "b"), (2, "a")], [(2, "a"), (3, "a")]], False),
        ([[(1, "b"), (1, "a"), (2, "a")]], False),
    ],
)
def test_keys_of_several_columns_are_compared_column_by_column(
    batches: list[list[tuple[int, str]]], proven: bool
) -> None:
    order = KeyOrder()
    for batch in batches:
        numbers, words = zip(*batch, strict=True)
        order.note([pa.array(numbers, pa.int64()), pa.array(words)], ["bigint", "text"])
    assert order.proven is proven


def test_keys_that_compare_equal_while_their_text_differs_prove_nothing() -> None:
    order = KeyOrder()
    order.note([pa.array(["1.0", "1.00"])], ["numeric"])
    assert not order.proven
    widened = KeyOrder()
    widened.note([pa.array([5, 10], pa.int64())], ["int"])
    widened.note([pa.array(["5", "7"])], ["text"])
    assert not widened.proven


def test_pages_are_joined_cut_and_counted() -> None:
    reader = PageReader()
    reject = Reject("k", "r", "d", "p")
    pages = [
        Page([{"id": 1}] * (DICT_ROWS - 1), (reject,), 2),
        Page([]),
        Page([{"id": 2}] * (DICT_ROWS + 1)),
        Page(pa.table({"id": range(ARROW_ROWS + 1)})),
        Page([{"id": 3}]),
    ]
    sizes = [len(chunk) for chunk in reader.chunks(pages)]
    assert sizes == [DICT_ROWS, DICT_ROWS, ARROW_ROWS, 1, 1]
    assert (reader.read, reader.filtered) == (2 * DICT_ROWS + ARROW_ROWS + 5, 2)
    assert (reader.take_rejects(), reader.take_rejects()) == ([reject], [])


def test_a_notice_is_kept_once_and_many_are_counted() -> None:
    reader = PageReader()
    pages = [Page([], notices=("file `a.csv`: guessed.", "other."))] * 3
    pages += [Page([], notices=tuple(f"file {number}." for number in range(MANY_NOTICES)))]
    assert list(reader.chunks(pages)) == []
    kept = reader.take_notices()
    assert kept[:3] == ("file `a.csv`: guessed.", "other.", "file 0.")
    assert kept[MANY_NOTICES:] == ("2 more notices of this load are not kept.",)
    assert reader.take_notices() == ()


def test_rejects_alone_do_not_pile_up() -> None:
    reader = PageReader()
    reject = Reject("k", "r", "d", "p")
    pages = [Page([], (reject,) * 3_000) for _ in range(4)]
    seen = [(len(chunk), len(reader.take_rejects())) for chunk in reader.chunks(pages)]
    assert seen == [(0, 6_000), (0, 6_000)]


def test_a_complete_read_needs_an_open_window() -> None:
    declared = DECLARED | {"children": {}, "sweep": "all"}
    full = Stream.model_validate(declared)
    since = Window(datetime(2026, 1, 1, tzinfo=UTC))
    assert is_complete_read(full, since, RunKind.SCHEDULED)
    assert not is_complete_read(full, since, RunKind.BACKFILL)
    columns = DECLARED["columns"] | {"at": "timestamp"}
    cursor = {"field": "at", "why": "test"}
    timed = Stream.model_validate(declared | {"columns": columns, "cursor": cursor})
    assert not is_complete_read(timed, since, RunKind.SCHEDULED)
    assert is_complete_read(timed, Window(), RunKind.SCHEDULED)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (psycopg.errors.DiskFull, WarehouseUnavailable),
        (psycopg.errors.AdminShutdown, WarehouseUnavailable),
        (psycopg.errors.DeadlockDetected, WarehouseUnavailable),
        (psycopg.errors.LockNotAvailable, WarehouseUnavailable),
        (psycopg.OperationalError, WarehouseUnavailable),
        (psycopg.errors.InsufficientPrivilege, WarehouseRejected),
        (psycopg.errors.UndefinedTable, WarehouseRejected),
        (psycopg.ProgrammingError, WarehouseRejected),
    ],
)
def test_database_errors_are_sorted_by_what_to_do(
    state: type[psycopg.Error], expected: type[Exception]
) -> None:
    assert type(build_error(state("boom"))) is expected


def test_a_warehouse_never_shows_its_password() -> None:
    url = "postgresql://me:canary@db.example:5432/wh"
    assert repr(Warehouse(url)) == "Warehouse(db.example:5432/wh)"
    assert "canary" not in str(Warehouse("host=x password=canary dbname=y"))


def test_text_is_made_storable_without_losing_what_it_was() -> None:
    assert storable("a\x00b\ud800") == "a\\u0000b\\ud800"
