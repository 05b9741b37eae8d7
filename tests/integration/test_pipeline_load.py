"""One stream from a folder to committed rows, without Airflow: windows, ledger, failures."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from include.config.credentials import Credentials
from include.config.lookup import load_one_feed
from include.config.models import Feed
from include.core.clock import frozen
from include.core.errors import ConfigError, EltError, WarehouseUnavailable
from include.core.streams import LoadResult, RunKind, RunOrigin, Window
from include.ledger.connection import Warehouse
from include.pipeline.feed_load import build_feed_error, run_feed_load
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from include.pipeline.window import Skipped
from tests.load_environment import build_environment

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
TENANT = """
tenant: pipe
name: Pipe
owner: tests
feeds:
  drop: {{connector: files, schedule: daily, start_date: 2026-01-01, options: {{path: {folder}}}}}
"""


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Feed:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "prices.csv").write_text("id,price\n1,9.99\n2,19.50\n")
    (folder / "stores.csv").write_text("id,city\n1,Bonn\n")
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants" / "pipe.yaml").write_text(TENANT.format(folder=folder))
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path / "tenants"))
    return load_one_feed("pipe", "drop")


def _load(feed: Feed, url: str, stream: str = "prices", kind=RunKind.SCHEDULED, window=None):
    origin = RunOrigin("ingest__pipe__drop", "run-1", stream, 2)
    with frozen(NOW):
        return run_stream_load(
            LoadRequest(feed, kind, (stream,), window=window, origin=origin),
            build_environment(Warehouse(url), Credentials("x")),
        )


def _rows(url: str, query: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def test_a_stream_is_loaded_once_and_its_run_is_in_the_books(feed: Feed, warehouse: str) -> None:
    first, second = _load(feed, warehouse), _load(feed, warehouse)
    assert isinstance(first, LoadResult)
    assert first.counts() | {"unchanged": 0} == {
        "read": 2,
        "loaded": 2,
        "unchanged": 0,
        "quarantined": 0,
        "filtered": 0,
    }
    assert set(second.counts().values()) == {0}  # a file is read once
    books = "select dag_id, run_id, try_number, state from elt_ops.loads where stream = 'prices'"
    assert _rows(warehouse, books) == [("ingest__pipe__drop", "run-1", 2, "loaded")] * 2


def test_a_backfill_of_a_stream_without_cursor_loads_nothing(feed: Feed, warehouse: str) -> None:
    window = Window(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 2, tzinfo=UTC))
    assert isinstance(_load(feed, warehouse, "stores", RunKind.BACKFILL, window), Skipped)
    assert _rows(warehouse, "select 1 from elt_ops.loads where stream = 'stores'") == []


def test_a_failure_is_in_the_books_and_knows_its_place(feed: Feed, warehouse: str) -> None:
    with pytest.raises(ConfigError, match="no stream `ghosts`") as caught:
        _load(feed, warehouse, "ghosts")
    assert str(caught.value).startswith("pipe/drop/ghosts: ")
    books = "select state, error_class, read from elt_ops.loads where stream = 'ghosts'"
    assert _rows(warehouse, books) == [("failed", "ConfigError", 0)]


def test_without_a_warehouse_the_first_error_is_the_one_that_comes_out(feed: Feed) -> None:
    """The attempt to write the failure down failed as well and hid why the load had failed."""
    with pytest.raises(WarehouseUnavailable) as caught:
        _load(feed, "postgresql://elt@127.0.0.1:1/none")
    assert caught.value.stream == "prices"


def test_one_stream_that_fails_does_not_stop_the_others(feed: Feed, warehouse: str) -> None:
    with frozen(NOW):
        result = run_feed_load(
            LoadRequest(feed, RunKind.SCHEDULED, ("ghosts", "phantoms", "prices", "stores")),
            build_environment(Warehouse(warehouse), Credentials("x")),
        )
    assert sorted(result.loaded) == ["prices", "stores"]
    assert sorted(result.failed) == ["ghosts", "phantoms"]
    error = build_feed_error(result)
    assert isinstance(error, EltError)
    assert error.stream == "ghosts"
    assert "Also failed: `phantoms`" in str(error)


def test_all_that_discovery_finds_is_loaded(feed: Feed, warehouse: str) -> None:
    with frozen(NOW):
        result = run_feed_load(
            LoadRequest(feed, RunKind.SCHEDULED),
            build_environment(Warehouse(warehouse), Credentials("x")),
        )
    assert sorted(result.loaded) == ["prices", "stores"]
    assert build_feed_error(result) is None
