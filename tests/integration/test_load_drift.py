"""Sources that change their shape: reported once, told once, settled, dropped or refused."""

from dataclasses import replace
from typing import Any

import pytest

from include.config.connector_spec import Stream
from include.core.errors import ContractBroken
from include.core.streams import SchemaChange
from include.ledger.connection import Warehouse
from include.ledger.schema_changes import fetch_untold, run_mark_told
from include.load.policy import StreamPolicy
from tests.integration.load_case import LoadCase, build_case, order

FREEZE, DISCARD = StreamPolicy(drift="freeze"), StreamPolicy(drift="discard")


def changes(case: LoadCase) -> list[tuple[Any, ...]]:
    columns = "change_id, column_name, change, records, resolved_by, alert_due"
    return [row[1:] for row in case.ops("schema_changes", columns)]


def untold(case: LoadCase) -> list[str]:
    with Warehouse(case.url).connect() as connection:
        rows = fetch_untold(connection, case.tenant, case.feed)
        run_mark_told(connection, [row["change_id"] for row in rows])
    return [f"{row['column_name']} {row['change']}" for row in rows]


def test_what_the_first_load_finds_is_written_down_and_nobody_is_woken(warehouse: str) -> None:
    case = build_case(warehouse)
    case.load([order(1, colour="red")])
    assert changes(case) == [("colour", "unknown_field", None, None, False)]
    assert untold(case) == []


def test_a_new_field_is_told_once_however_many_records_have_it(warehouse: str) -> None:
    case = build_case(warehouse)
    case.load([order(1)])
    case.load([order(n, colour="red", size=n) for n in range(1, 9)])
    assert untold(case) == ["colour unknown_field", "size unknown_field"]
    case.load([order(n, colour="blue", size=n) for n in range(1, 9)])
    assert untold(case) == []


def test_a_vanished_field_that_comes_back_is_settled(warehouse: str) -> None:
    case = build_case(warehouse)
    without = order(1)
    del without["amount"]
    case.load([order(1)])
    gone = case.load([without])
    back = case.load([order(1)])
    assert gone.schema_changes == (SchemaChange("orders", "amount", "vanished_field"),)
    assert changes(case) == [("amount", "vanished_field", None, "came_back", True)]
    found = case.ops("schema_changes", "resolved_load_id, resolved_at is not null")
    assert found == [(back.load_id, True)]
    # It may vanish again: history has both, people have heard of it.
    case.load([without])
    assert [row[3] for row in changes(case)] == ["came_back", None]
    assert untold(case) == ["amount vanished_field"]


def test_one_record_without_an_optional_field_is_no_vanished_field(warehouse: str) -> None:
    """APIs leave empty fields out: each quiet hour reported half of the columns as gone."""
    case = build_case(warehouse)
    case.load([order(1)])
    plan = case.plan()
    window = replace(plan.place.window, start=plan.place.started_at)
    assert case.load([{"id": 1, "updated_at": "2025-06-02"}], window=window).schema_changes == ()
    many = [{"id": n, "updated_at": "2025-06-02"} for n in range(100)]
    found = case.load(many, window=window).schema_changes
    assert [change.column for change in found] == ["amount", "customer_id"]


def test_a_field_that_gets_its_column_is_settled(warehouse: str) -> None:
    case = build_case(warehouse)
    case.load([order(1, colour="red")])
    spec = case.stream.model_dump(by_alias=True)
    case.stream = Stream.model_validate(spec | {"columns": spec["columns"] | {"colour": "text"}})
    case.load([order(1, colour="red")])
    assert changes(case)[0] == ("colour", "unknown_field", None, "declared", False)


def test_discard_drops_and_says_how_much(warehouse: str) -> None:
    case = build_case(warehouse)
    items = [{"sku": "s", "quantity": 1, "gift": True}]
    case.load(
        [order(1, colour="red"), order(2), order(3, colour="blue", items=items)], policy=DISCARD
    )
    assert case.rows("id, _extra") == [(1, None), (2, None), (3, None)]
    assert case.rows("_parent_id, _extra", "__items") == [(1, None), (2, None), (3, None)]
    assert changes(case) == [
        ("colour", "discarded_field", 2, None, False),
        ("gift", "discarded_field", 1, None, False),
    ]
    # A value of a dropped field that changes is no change of the row.
    again = case.load([order(1, colour="green")], policy=DISCARD)
    assert (again.unchanged, again.schema_changes) == (1, ())


def test_freeze_refuses_new_fields_and_writes_nothing(warehouse: str) -> None:
    case = build_case(warehouse)
    case.load([order(1, colour="red")])
    with pytest.raises(ContractBroken) as refused:
        case.load(
            [order(2, colour="red", customer={"id": "c", "vip": True}, size=4)], policy=FREEZE
        )
    message = refused.value.message
    assert "`orders.customer.vip`, `orders.size`" in message
    assert "`orders.colour`" not in message
    assert "drift: evolve" in message
    assert case.rows("id, amount") == [(1, 1)]
    # What was there before it was frozen may stay.
    assert case.load([order(2, colour="blue")], policy=FREEZE).inserted == 1


def test_freeze_refuses_changed_types(warehouse: str) -> None:
    case = build_case(warehouse)
    case.load([order(1)])
    with pytest.raises(ContractBroken, match=r"`orders.id` \(integer to bigint\)"):
        case.load([order(2**40)], policy=FREEZE)
    with pytest.raises(ContractBroken, match=r"`orders.amount` is numeric: .* \(1 records\)"):
        case.load([order(2, amount="n/a")], policy=FREEZE)
    assert case.query("select count(*) from {t}") == [(1,)]
    assert case.load([order(2)], policy=FREEZE).inserted == 1
