"""A block that a source set is seen and ended by name; it never lasts longer than a day."""

import json

import pytest

from include import cli
from include.core.rates import BudgetKey
from include.extract.http.rate_limit import RateLimiter
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.ledger.stores.rate_budget import WarehouseRateBudget


def test_a_block_is_shown_and_cleared(
    warehouse: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`Retry-After` of a year blocked the credential for a year, and nobody could see or end it."""
    monkeypatch.setenv("WAREHOUSE_URL", warehouse)
    with Warehouse(warehouse).connect() as connection:
        ddl.run_migrations(connection)
    for host in ("api.one.example", "api.two.example"):
        budget = WarehouseRateBudget(Warehouse(warehouse))
        RateLimiter(None, budget, BudgetKey(host, f"digest-{host}")).block(365 * 86_400)
    assert cli.main(["limits", "show", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {one["host"] for one in shown} == {"api.one.example", "api.two.example"}
    with Warehouse(warehouse).connect() as connection:
        row = connection.execute(
            "select max(blocked_until) < clock_timestamp() + interval '25 hours' "
            "from elt_ops.rate_budgets"
        ).fetchone()
    assert row == (True,)
    assert cli.main(["limits", "clear", "--host", "api.one.example"]) == 0
    assert cli.main(["limits", "clear", "--host", "api.one.example"]) != 0
    capsys.readouterr()
    cli.main(["limits", "show", "--json"])
    assert [one["host"] for one in json.loads(capsys.readouterr().out)] == ["api.two.example"]
