"""What one load after another leaves in the raw table."""

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from include.core.streams import Page, SchemaChange
from include.destinations.postgres import staging
from include.load import page_reader
from tests.integration.load_case import LoadCase, build_case, order, reject


@pytest.fixture(params=["few rows", "many rows"])
def case(
    warehouse: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> LoadCase:
    """Both ways of joining what is staged: whatever a load's size, it ends the same."""
    if request.param == "many rows":
        monkeypatch.setattr(staging, "MANY_ROWS", 1)
    return build_case(warehouse)


def test_an_indexed_load_knows_each_verdict(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New, changed, older, deleted and unchanged records of one load that came in key order."""
    monkeypatch.setattr(staging, "MANY_ROWS", 1)
    made: list[bool] = []
    run_index = staging.Staging.run_index
    monkeypatch.setattr(
        staging.Staging, "run_index", lambda self: made.append(True) or run_index(self)
    )
    case = build_case(warehouse)
    case.load([order(number, hour=2) for number in range(1, 6)])
    result = case.load(
        [order(1, hour=2), order(2, "9.00", hour=3), order(3, "9.00", hour=1), order(6), order(7)]
    )
    assert made == [True]
    assert (result.inserted, result.updated, result.unchanged, result.filtered) == (2, 1, 1, 1)
    amounts = [int(amount) for _, amount in case.rows("id, amount")]
    assert amounts == [1, 9, 1, 1, 1, 1, 1]


def test_a_record_arrives_typed_with_its_lineage(case: LoadCase) -> None:
    record = order(7, "19.90", updated_at="2025-06-01T02:30:00+02:00", note="n", tags=[1, 2])
    result = case.load([record])
    columns = "id, amount, updated_at, customer_id, _extra"
    lineage = "_feed, _load_id, _loaded_at, _deleted_at"
    moment, started = datetime(2025, 6, 1, 0, 30, tzinfo=UTC), datetime(2026, 1, 1, 1, tzinfo=UTC)
    extra = {"note": "n", "tags": [1, 2]}
    assert case.rows(columns) == [(7, Decimal("19.90"), moment, "c7", extra)]
    assert case.rows(lineage) == [("shop", result.load_id, started, None)]
    assert case.rows("_parent_id, _position, sku, quantity, _load_id", "__items") == [
        (7, 0, "s7", 1, result.load_id)
    ]


def test_the_same_pages_twice_change_nothing(case: LoadCase) -> None:
    pages = [[order(1), order(2)], [order(3)]]
    case.load(*pages)
    before, children = case.rows(), case.rows(suffix="__items")
    again = case.load(*pages)
    assert again.counts() == {
        "read": 3, "loaded": 0, "unchanged": 3, "quarantined": 0, "filtered": 0,
    }  # fmt: skip
    assert (case.rows(), case.rows(suffix="__items")) == (before, children)


def test_changes_are_merged_and_new_records_added(case: LoadCase) -> None:
    case.load([order(1), order(2)])
    result = case.load([order(1), order(2, "5.00", hour=1), order(3)])
    assert (result.inserted, result.updated, result.unchanged) == (1, 1, 1)
    assert case.rows("id, amount") == [
        (1, Decimal("1.00")), (2, Decimal("5.00")), (3, Decimal("1.00")),
    ]  # fmt: skip
    assert [number for number, load in case.rows("id, _load_id") if load == result.load_id] == [
        2,
        3,
    ]


def test_an_older_version_never_replaces_a_newer_one(case: LoadCase) -> None:
    case.load([order(1, "2.00", hour=5)])
    result = case.load([order(1, "1.00", hour=3)])
    assert (result.updated, result.filtered) == (0, 1)
    assert case.rows("id, amount") == [(1, Decimal("2.00"))]


def test_without_a_version_the_load_that_began_later_wins(warehouse: str) -> None:
    case = build_case(warehouse, {"primary_key": ["id"], "columns": {"id": "int", "name": "text"}})
    early = case.plan()
    case.load([{"id": 1, "name": "new"}])
    result = case.load([{"id": 1, "name": "old"}], started_at=early.place.started_at)
    assert result.filtered == 1
    assert case.rows("id, name") == [(1, "new")]


def test_a_null_version_neither_loses_nor_wins_by_itself(case: LoadCase) -> None:
    case.load([order(1, "1.00", hour=5)])
    case.load([order(1, "2.00", updated_at=None)])
    assert case.rows("id, amount, updated_at") == [(1, Decimal("2.00"), None)]


@pytest.mark.parametrize(
    "pages",
    [
        [[order(1, "1.00", 1), order(2), order(1, "3.00", 3), order(1, "2.00", 2)]],
        [[order(1, "3.00", 3), order(2)], [order(1, "1.00", 1)], [order(1, "2.00", 2)]],
    ],
    ids=["inside a page", "across pages"],
)
@pytest.mark.parametrize("known", [False, True])
def test_duplicates_of_one_load_leave_the_newest(
    case: LoadCase, pages: list[list[dict[str, object]]], known: bool
) -> None:
    if known:
        case.load([order(1, "9.00", 0), order(2)])
    result = case.load(*pages)
    assert (result.read, result.filtered) == (4, 2)
    assert result.loaded + result.unchanged == 2
    assert case.rows("id, amount") == [(1, Decimal("3.00")), (2, Decimal("1.00"))]
    assert case.rows("_parent_id, sku", "__items") == [(1, "s1"), (2, "s2")]


def test_of_equal_versions_the_last_to_arrive_wins(case: LoadCase) -> None:
    case.load([order(2), order(1, "1.00"), order(1, "2.00")])
    assert case.rows("id, amount")[0] == (1, Decimal("2.00"))


def test_without_a_version_the_last_to_arrive_wins(warehouse: str) -> None:
    """The order of arrival was tested only beside a version, which orders by itself."""
    case = build_case(warehouse, {"primary_key": ["id"], "columns": {"id": "int", "name": "text"}})
    case.load([{"id": 1, "name": "first"}, {"id": 2, "name": "b"}, {"id": 1, "name": "last"}])
    assert case.rows("id, name") == [(1, "last"), (2, "b")]


def test_a_null_that_takes_a_values_place_is_a_change(warehouse: str) -> None:
    """With `<>` for `is distinct from` an emptied field kept its old value for ever."""
    case = build_case(warehouse, {"primary_key": ["id"], "columns": {"id": "int", "name": "text"}})
    case.load([{"id": 1, "name": "a"}, {"id": 2, "name": None}])
    result = case.load([{"id": 1, "name": None}, {"id": 2, "name": "b"}])
    assert (result.updated, result.unchanged) == (2, 0)
    assert case.rows("id, name") == [(1, None), (2, "b")]


def test_a_null_version_loses_to_any_version_of_the_same_load(case: LoadCase) -> None:
    case.load([order(1, "1.00", hour=1), order(1, "2.00", updated_at=None)])
    assert case.rows("id, amount") == [(1, Decimal("1.00"))]


def test_children_alone_make_a_record_changed(case: LoadCase) -> None:
    case.load([order(1), order(2)])
    items = [{"sku": "s1", "quantity": 1}, {"sku": "x", "quantity": 4}]
    result = case.load([order(1, items=items), order(2)])
    assert (result.updated, result.unchanged, result.child_rows) == (1, 1, {"items": 2})
    assert case.rows("_parent_id, _position, sku", "__items") == [
        (1, 0, "s1"), (1, 1, "x"), (2, 0, "s2"),
    ]  # fmt: skip
    case.load([order(1, items=[])])
    assert case.rows("_parent_id, sku", "__items") == [(2, "s2")]


def test_a_newly_declared_child_column_fills_old_children(case: LoadCase) -> None:
    """The children's content is the same, so a hash of content alone left the column empty."""
    records = [order(1, items=[{"sku": "a", "quantity": 1, "colour": "red"}])]
    case.load(records)
    spec = case.stream.model_dump(by_alias=True)
    spec["children"]["items"]["columns"]["colour"] = "text"
    case.stream = type(case.stream).model_validate(spec)
    result = case.load(records)
    assert result.unchanged == 1
    assert case.rows("_parent_id, colour", "__items") == [(1, "red")]


def test_two_feeds_share_a_table_and_never_touch_each_other(warehouse: str) -> None:
    first = build_case(warehouse)
    second = build_case(warehouse, feed="shop_b")
    second.tenant = first.tenant
    first.load([order(1, "1.00"), order(2, "1.00")])
    second.load([order(1, "7.00")])
    second.load([order(1, "8.00", hour=1)])
    assert first.rows("id, _feed, amount") == [
        (1, "shop", Decimal("1.00")), (1, "shop_b", Decimal("8.00")), (2, "shop", Decimal("1.00")),
    ]  # fmt: skip
    keys = first.rows("_parent_id, _feed", "__items")
    assert keys == [(1, "shop"), (1, "shop_b"), (2, "shop")]


def test_arrow_pages_load_like_dicts(warehouse: str) -> None:
    columns = {"id": "bigint", "total": "numeric", "at": "timestamp", "note": "text"}
    case = build_case(warehouse, {"primary_key": ["id"], "columns": columns})
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    table = pa.table(
        {
            "id": pa.array([1, 2], pa.int32()),
            "total": pa.array([Decimal("0.10"), None], pa.decimal128(38, 2)),
            "at": pa.array([moment, None], pa.timestamp("ns", "Asia/Tokyo")),
            "note": pa.array(['He said "a,\nb"', ""]).dictionary_encode(),
            "colour": ["red", None],
        }
    )
    result = case.load(table, Page(table.slice(0, 1).to_batches()[0], (reject(),), 3))
    assert (result.read, result.inserted, result.quarantined, result.filtered) == (7, 2, 1, 4)
    assert case.rows("id, total, at, note, _extra") == [
        (
            1,
            Decimal("0.10"),
            datetime(2026, 1, 2, tzinfo=UTC),
            'He said "a,\nb"',
            {"colour": "red"},
        ),
        (2, None, None, "", {"colour": None}),
    ]
    assert case.load(table).unchanged == 2


def test_text_that_trips_copy_arrives_as_it_was(warehouse: str) -> None:
    case = build_case(warehouse, {"primary_key": ["id"], "columns": {"id": "int", "v": "text"}})
    texts = ["", " ", '"', "a,b", "x\ny", "\\.", "\n\\.\n", "\\N", "NULL", "'", "\t", "\r\n", "é😀"]
    case.load([{"id": number, "v": text} for number, text in enumerate(texts)])
    assert [row[1] for row in case.rows("id, v")] == texts


def test_many_small_pages_become_few_batches(
    case: LoadCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_reader, "DICT_ROWS", 7)
    records = [order(number) for number in range(50)]
    pages = [records[start : start + 3] for start in range(0, 50, 3)]
    assert case.load(*pages).inserted == 50
    assert case.query("select count(*), sum(_parent_id) from {t}__items") == [(50, 1225)]


def test_empty_reads_commit_an_empty_load(case: LoadCase) -> None:
    result = case.load([], cursor_after="2026-01-01T00:00:00Z")
    assert (result.read, result.loaded) == (0, 0)
    assert case.ops("cursors", "stream, value") == [("orders", "2026-01-01T00:00:00Z")]
    assert case.rows() == []


def test_changes_are_reported_once(case: LoadCase) -> None:
    first = case.load([order(1, colour="red", customer={"id": "c1", "name": "n"})])
    assert first.schema_changes == (
        SchemaChange("orders", "colour", "unknown_field"),
        SchemaChange("orders", "customer.name", "unknown_field"),
    )
    assert case.load([order(1, colour="red")]).schema_changes == ()
    gone = order(1)
    del gone["amount"]
    assert case.load([gone]).schema_changes == (SchemaChange("orders", "amount", "vanished_field"),)
    assert case.load([gone], []).schema_changes == ()
