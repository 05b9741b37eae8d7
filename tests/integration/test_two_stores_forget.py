"""A person is erased from both databases, or from neither, and does not come back."""

from pathlib import Path
from typing import Any

import pytest

from include.core.errors import WarehouseUnavailable
from include.ledger import open_loads
from include.pipeline.forget.person import build_person
from include.pipeline.forget.run import ForgetReport, run_forget
from tests.integration.duckdb_destination import DuckDestination
from tests.integration.duckdb_texts import DuckTexts
from tests.integration.test_forget import ANN, SHOP, Shop, customer, sale
from tests.integration.two_stores_case import TwoStoresCase


class FarShop(Shop):
    """The shop of `test_forget`, its rows in a DuckDB file."""

    def __init__(self, url: str, file: Path) -> None:
        super().__init__(url)
        self.file = file

    def stream(self, name: str) -> TwoStoresCase:
        stream, tenant = SHOP.streams[name], self.case.tenant
        return TwoStoresCase(
            self.url, stream, tenant, name=name, hours=self.case.hours, file=self.file
        )

    def forget(self, *, dry_run: bool = False) -> ForgetReport:
        person = build_person([ANN], [], None)
        return run_forget(
            self.tenant, person, self.warehouse, dry_run=dry_run,
            destination=DuckDestination(self.file),
        )  # fmt: skip

    def customers(self) -> list[Any]:
        return self.stream("customers").rows("id, email, name, _extra")


@pytest.fixture
def shop(warehouse: str, tmp_path: Path) -> FarShop:
    shop = FarShop(warehouse, tmp_path / "rows.duckdb")
    shop.load("customers", [customer(1, ANN), customer(2, "bob@mail.example")])
    shop.load("orders", [sale(7, 1, remark=f"call {ANN}"), sale(8, 2), sale(9, 1, total="bad")])
    return shop


def _assert_gone(shop: FarShop) -> None:
    rows = {row[0]: row[1:] for row in shop.customers()}
    assert rows[1][:2] == (None, None)
    assert rows[2][:2] == ("bob@mail.example", "Name2")
    orders = {row[0]: row[1:] for row in shop.stream("orders").rows("id, remark, ship_to")}
    assert orders[7][1] is None
    assert orders[8] == (None, "2 Main Street")
    texts = repr([shop.customers(), orders, shop.stream("customers").there(
        "select * from {t}__addresses")])  # fmt: skip
    assert ANN not in texts
    assert "1 Main Street" not in texts
    assert shop.stream("orders").ops("quarantine", "record_key, state") == []


def test_a_person_goes_from_both_and_stays_away(shop: FarShop) -> None:
    report = shop.forget()
    assert report.deleted.total() == 1
    _assert_gone(shop)
    again = shop.forget()
    assert again.touched.total() == again.deleted.total() == 0
    shop.load("customers", [customer(1, ANN, name="Ann Smith"), customer(2, "bob@mail.example")])
    _assert_gone(shop)


def test_a_dry_run_changes_nothing_in_either(shop: FarShop) -> None:
    before = shop.customers()
    assert shop.forget(dry_run=True).touched.total() > 0
    assert shop.customers() == before
    assert len(shop.stream("orders").ops("quarantine", "record_key, state")) == 1


def test_an_erasure_that_broke_off_between_the_two_is_run_again(
    shop: FarShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The books were clean, the rows were not: the second run finds the person by their rows."""
    with monkeypatch.context() as patch:

        def fail(self: Any) -> None:
            raise WarehouseUnavailable("the connection was lost")

        patch.setattr(DuckTexts, "run_commit", fail)
        with pytest.raises(WarehouseUnavailable):
            shop.forget()
    assert ANN in repr(shop.customers())
    shop.forget()
    _assert_gone(shop)


def test_nobody_is_erased_while_a_load_is_open(
    shop: FarShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows may be about to appear, and its rejects are not in quarantine yet."""
    with monkeypatch.context() as patch:
        patch.setattr(open_loads, "run_close", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            shop.load("customers", [customer(3, ANN)])
    with pytest.raises(WarehouseUnavailable, match="was broken off"):
        shop.forget()
    shop.load("customers", [customer(2, "bob@mail.example")])
    shop.forget()
    assert ANN not in repr(shop.customers())
