"""What the command line prints: columns that line up, JSON that keeps money exact."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from include.commands.connect import load_warehouse_url
from include.commands.output import build_table, say_json
from include.commands.run import build_window
from include.core.errors import ConfigError, MissingSecret
from include.core.streams import Window


def test_columns_line_up_and_numbers_stand_right() -> None:
    rows = [("orders", 1234, None, True), ("a", 5, None, False)]
    assert build_table(("stream", "read", "cursor", "late"), rows) == [
        "stream   read  cursor  late",
        "orders  1,234  -       yes",
        "a           5  -       no",
    ]


def test_an_empty_table_is_its_header() -> None:
    assert build_table(("stream", "read"), []) == ["stream  read"]


def test_json_keeps_instants_and_money_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    say_json(
        {
            "at": datetime(2026, 10, 1, tzinfo=UTC),
            "on": date(2026, 10, 1),
            "amount": Decimal("10.10"),
            "path": Path("a"),
            "many": frozenset({1}),
        }
    )
    assert json.loads(capsys.readouterr().out) == {
        "at": "2026-10-01T00:00:00Z",
        "on": "2026-10-01",
        "amount": "10.10",
        "path": "a",
        "many": [1],
    }
    with pytest.raises(TypeError):
        say_json(object())


def test_from_and_to_become_a_half_open_window() -> None:
    assert build_window(None, None) is None
    assert build_window("2026-10-01", "2026-10-02T06:00:00Z") == Window(
        datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 2, 6, tzinfo=UTC)
    )
    assert build_window(None, "2026-10-02") == Window(None, datetime(2026, 10, 2, tzinfo=UTC))


def test_the_warehouse_is_a_connection_or_a_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAREHOUSE_URL", raising=False)
    monkeypatch.delenv("AIRFLOW_CONN_WAREHOUSE", raising=False)
    with pytest.raises(MissingSecret, match="WAREHOUSE_URL"):
        load_warehouse_url()
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql://u:p@h:1/d")
    assert load_warehouse_url() == "postgresql://u:p@h:1/d"
    with pytest.raises(MissingSecret):
        load_warehouse_url("other")
    connection = {"host": "h", "port": 2, "login": "a@b", "password": "p/w", "schema": "d"}
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(connection))
    assert load_warehouse_url() == "postgresql://a%40b:p%2Fw@h:2/d"
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "{secret")
    with pytest.raises(ConfigError) as caught:
        load_warehouse_url()
    assert "secret" not in str(caught.value)
