"""`cursors show|rewind` and `loads` on a real database."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from include import cli
from include.config.credentials import Credentials
from include.config.lookup import load_one_feed
from include.config.models import Feed
from include.core.clock import frozen
from include.core.streams import Page, RunKind, Window
from include.extract.source import FROM_THE_START, ReadOptions, SourceBase
from include.ledger.connection import Warehouse
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from tests.integration.cli_case import point_cli_at
from tests.load_environment import build_environment

CONNECTOR = """
connector: till
title: Till
kind: python
streams:
  sales:
    primary_key: [id]
    columns: {id: int, at: timestamp}
    cursor: {field: at, why: test}
  stores: {primary_key: [id], columns: {id: int}}
"""
TENANT = """
tenant: rewinds
name: Rewinds
owner: tests
feeds:
  till: {schedule: daily, start_date: 2026-01-01}
"""


class Days(SourceBase):
    """A source with one record a day; notes the windows it is asked for."""

    def __init__(self) -> None:
        self.asked: list[Window] = []

    def check(self) -> None: ...

    def discover(self) -> dict:
        return {}

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        self.asked.append(window)
        days = [datetime(2026, 1, day, 12, tzinfo=UTC) for day in range(1, 29)]
        yield Page([{"id": d.day, "at": d.isoformat()} for d in days if window.contains(d)])


@pytest.fixture
def feed(tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Feed:
    (tmp_path / "till").mkdir()
    (tmp_path / "till" / "connector.yaml").write_text(CONNECTOR)
    (tmp_path / "rewinds.yaml").write_text(TENANT)
    point_cli_at(tmp_path, warehouse, monkeypatch, "rewinds_raw_till")
    return load_one_feed("rewinds", "till")


def _load(feed: Feed, url: str, day: int, source: Days | None = None) -> Days:
    source = source or Days()
    with frozen(datetime(2026, 1, day, tzinfo=UTC)):
        run_stream_load(
            LoadRequest(feed, RunKind.SCHEDULED, ("sales",)),
            build_environment(Warehouse(url), Credentials("x")),
            source,
        )
    return source


def _cursor(url: str) -> str | None:
    with psycopg.connect(url) as connection:
        row = connection.execute("select value from elt_ops.cursors").fetchone()
    return row[0] if row else None


def _rewind(*words: str) -> int:
    return cli.main(["cursors", "rewind", "--tenant", "rewinds", "--feed", "till", *words])


def test_a_rewound_cursor_is_where_the_next_run_begins(
    feed: Feed, warehouse: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _load(feed, warehouse, 20)
    assert _rewind("--to", "2026-01-05", "--reason", "backdated sales", "--yes") == 0
    told = capsys.readouterr().out
    assert "till/sales  2026-01-20T00:00:00Z  2026-01-05T00:00:00Z" in told
    assert "1 cursors rewound" in told
    asked = _load(feed, warehouse, 21).asked
    assert asked == [Window(datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 21, tzinfo=UTC))]
    assert _cursor(warehouse) == "2026-01-21T00:00:00Z"
    assert cli.main(["cursors", "show", "--tenant", "rewinds", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["stream"], row["cursor"]) == ("sales", "2026-01-21T00:00:00Z")
    assert (row["value_before"], row["reason"]) == ("2026-01-20T00:00:00Z", "backdated sales")
    assert cli.main(["cursors", "show", "--tenant", "rewinds"]) == 0
    assert "backdated sales" in capsys.readouterr().out


def test_to_start_is_the_feeds_start_date(feed: Feed, warehouse: str) -> None:
    _load(feed, warehouse, 20)
    assert _rewind("--to", "start", "--yes") == 0
    assert _load(feed, warehouse, 21).asked[0].start == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_load_that_was_reading_does_not_undo_a_rewind(feed: Feed, warehouse: str) -> None:
    """The load had chosen its window before; its commit moved the cursor over what was asked."""
    _load(feed, warehouse, 20)

    class RewoundWhileReading(Days):
        def read(
            self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
        ) -> Iterator[Page]:
            yield from super().read(stream, window, options)
            assert _rewind("--to", "2026-01-05", "--yes") == 0

    _load(feed, warehouse, 21, RewoundWhileReading())
    assert _cursor(warehouse) == "2026-01-05T00:00:00Z"
    assert _load(feed, warehouse, 22).asked[0].start == datetime(2026, 1, 5, tzinfo=UTC)
    assert _cursor(warehouse) == "2026-01-22T00:00:00Z"


def test_a_rewind_forgets_where_a_broken_read_was(feed: Feed, warehouse: str) -> None:
    _load(feed, warehouse, 20)
    with psycopg.connect(warehouse) as connection:
        connection.execute(
            "insert into elt_ops.checkpoints (tenant, feed, stream, reads, kind, position, "
            "started_at, part, delivered, load_id) values ('rewinds', 'till', 'sales', 'onwards', "
            "'scheduled', 'page 7', now(), 3, 700, 1)"
        )
    assert _rewind("--to", "2026-01-05", "--yes") == 0
    with psycopg.connect(warehouse) as connection:
        assert connection.execute("select * from elt_ops.checkpoints").fetchall() == []


def test_a_rewind_is_refused_when_it_makes_no_sense(
    feed: Feed, warehouse: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _rewind("--to", "2026-01-05", "--yes") == 2
    assert "there is no cursor to rewind" in capsys.readouterr().err
    _load(feed, warehouse, 20)
    for words, told in (
        (["--to", "yesterday"], "is no instant"),
        (["--to", "2026-01-25", "--yes"], "is after the cursor of sales"),
        (["--to", "2999-01-01", "--yes"], "lies ahead"),
        (["--to", "2026-01-05"], "Expected `--yes`"),
        (["--to", "2026-01-05", "--stream", "stores", "--yes"], "there is no cursor"),
    ):
        assert _rewind(*words) == 2, words
        assert told in capsys.readouterr().err
    assert _cursor(warehouse) == "2026-01-20T00:00:00Z"


def test_a_source_with_its_own_state_starts_over_or_not_at_all(
    feed: Feed, tmp_path: Path, warehouse: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An instant means nothing to a tap's bookmark."""
    _load(feed, warehouse, 20)
    with psycopg.connect(warehouse) as connection:
        connection.execute("""update elt_ops.cursors set value = '{"page": 7}'""")
    assert _rewind("--to", "2026-01-05", "--yes") == 2
    assert "sales has a state of its own" in capsys.readouterr().err
    text = CONNECTOR.replace("kind: python", "kind: python\nstateful: true")
    (tmp_path / "till" / "connector.yaml").write_text(text)
    assert _rewind("--to", "2026-01-05", "--yes") == 2
    assert "Expected `--to start`" in capsys.readouterr().err
    assert _rewind("--to", "start", "--yes") == 0
    assert _cursor(warehouse) is None


def test_loads_are_shown_with_their_books_and_failures(
    feed: Feed, warehouse: str, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(Days):
        def read(
            self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
        ) -> Iterator[Page]:
            from include.core.errors import AccessDenied

            raise AccessDenied("the key `sales` is gone. Grant it.")
            yield

    _load(feed, warehouse, 5)
    with pytest.raises(Exception, match="the key"):
        _load(feed, warehouse, 6, Broken())
    assert cli.main(["loads", "--tenant", "rewinds"]) == 0
    shown = capsys.readouterr().out
    assert "rewinds/till/sales  scheduled  failed" in shown
    assert "AccessDenied: the key `sales` is gone. Grant it." in shown
    assert cli.main(["loads", "--state", "loaded", "--feed", "till", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["read"], row["inserted"], row["cursor_after"]) == (4, 4, "2026-01-05T00:00:00Z")
    assert cli.main(["loads", "--since", "2999-01-01", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert cli.main(["loads", "--since", "lately"]) == 2
