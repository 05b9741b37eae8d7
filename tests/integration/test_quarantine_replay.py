"""`quarantine replay|drop|list` on a real database: what fits today is loaded, the rest waits."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest

from include import cli
from include.config.lookup import load_one_feed
from include.core.streams import Page
from include.ledger.connection import Warehouse
from include.ledger.quarantine import QuarantineFilter, fetch_payloads, fetch_record, run_drop
from include.load.loader import run_load
from include.load.policy import build_policy
from tests.integration.cli_case import point_cli_at
from tests.integration.load_case import LoadCase

SALT = "a long salt for tests"
CONNECTOR = """
connector: till
title: Till
kind: rest
api: {base_url: "https://till.example"}
streams:
  sales:
    path: /sales
    primary_key: [id]
    version: updated_at
    sweep: all
    columns: {id: int, amount: AMOUNT, updated_at: timestamp, buyer: {type: text, path: buyer.id}}
    children: {items: {path: items, columns: {sku: text}}}
  notes: {path: /notes, primary_key: [id], sweep: all, columns: {id: int, text: TEXT}}
"""
TENANT = """
tenant: replays
name: Replays
owner: tests
feeds:
  till: {schedule: manual, start_date: 2026-01-01}
"""


class Till:
    """A tenant whose connector.yaml changes, and loads of what its source would have delivered."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        (folder / "till").mkdir()
        (folder / "replays.yaml").write_text(TENANT)
        self.declare(AMOUNT="numeric", TEXT="text")
        self.hours = 0

    def declare(self, **types: str) -> None:
        text = CONNECTOR
        for name, kind in {"AMOUNT": "numeric", "TEXT": "text", **types}.items():
            text = text.replace(name, kind)
        (self.folder / "till" / "connector.yaml").write_text(text)

    def load(self, stream: str, *records: dict, complete: bool = False) -> None:
        self.load_page(stream, Page(list(records)), complete=complete)

    def load_page(self, stream: str, page: Page, *, complete: bool = False) -> None:
        feed = load_one_feed("replays", "till")
        spec = feed.streams[stream]
        spec = spec if complete else spec.model_copy(update={"sweep": None})
        case = LoadCase(self.url, spec, "replays", "till", "till", stream, self.hours)
        plan = case.plan(policy=build_policy(feed, stream, spec))
        run_load(Warehouse(self.url, salt=SALT), plan, [page])
        self.hours += 1

    def query(self, statement: str, *values: object) -> list[tuple]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            found = connection.execute(statement, values or None)
            return found.fetchall() if found.description else []

    def quarantine(self) -> list[tuple]:
        return self.query(
            "select record_key, reason, state, resolution, seen_count from elt_ops.quarantine "
            "order by quarantine_id"
        )


@pytest.fixture
def till(tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Till:
    point_cli_at(tmp_path, warehouse, monkeypatch, "replays_raw_till")
    return Till(tmp_path, warehouse)


def sale(number: int, amount: object, hour: int = 0, **fields: object) -> dict:
    return {
        "id": number,
        "amount": amount,
        "updated_at": f"2026-01-01T{hour:02d}:00:00Z",
        "buyer": {"id": f"b{number}"},
        "items": [{"sku": "a"}, {"sku": "b"}],
        "unknown": {"kept": 12345678901234567890},
        **fields,
    }


def _replay(*words: str) -> int:
    return cli.main(["quarantine", "replay", "--tenant", "replays", *words])


def test_what_fits_today_is_loaded_and_the_rest_counted(
    till: Till, capsys: pytest.CaptureFixture[str]
) -> None:
    till.load("sales", sale(1, "dear"), sale(2, 1, items="none"), sale(3, "7.10"))
    till.declare(AMOUNT="text")
    assert _replay() == 5
    told = capsys.readouterr().out
    assert "replayed replays/till/sales: 1 closed, 1 still do not fit" in told
    rows = till.query("select id, amount::text, buyer from replays_raw_till.sales order by 1")
    assert rows == [(1, "dear", "b1"), (3, "7.10", "b3")]
    extra = "select _extra->'unknown'->>'kept' from replays_raw_till.sales where id = 1"
    assert till.query(extra) == [("12345678901234567890",)]
    children = "select sku from replays_raw_till.sales__items where _parent_id = 1 order by 1"
    assert till.query(children) == [("a",), ("b",)]
    assert till.quarantine() == [
        ("id=1", "type_mismatch", "resolved", "replayed", 1),
        ("id=2", "type_mismatch", "open", None, 2),
    ]
    books = till.query(
        "select kind, dag_id, read, inserted, quarantined, filtered, state from elt_ops.loads "
        "order by load_id desc limit 1"
    )
    assert books == [("manual", "cli", 2, 1, 1, 0, "loaded")]
    assert till.query("select count(*) from elt_ops.cursors") == [(0,)]
    assert cli.main(["loads", "--tenant", "replays", "--limit", "1"]) == 0
    assert "manual  replayed" in capsys.readouterr().out


def test_a_replay_makes_no_stream_look_fresh(
    till: Till, capsys: pytest.CaptureFixture[str]
) -> None:
    """Old records replayed today said that the source was read today."""
    till.load("sales", sale(1, "dear"))
    till.query("update elt_ops.loads set finished_at = now() - interval '3 days'")
    till.declare(AMOUNT="text")
    assert _replay() == 0
    capsys.readouterr()
    assert cli.main(["status", "--tenant", "replays", "--json"]) == 0
    (tenant,) = json.loads(capsys.readouterr().out)["tenants"]
    (row,) = [row for row in tenant["streams"] if row["stream"] == "sales"]
    age = datetime.now(tz=UTC) - datetime.fromisoformat(row["loaded_at"].replace("Z", "+00:00"))
    assert age > timedelta(days=2)


def test_a_second_replay_changes_no_row(till: Till) -> None:
    till.load("sales", sale(1, "dear"))
    assert [_replay(), _replay()] == [5, 5]
    assert till.quarantine() == [("id=1", "type_mismatch", "open", None, 3)]
    assert till.query("select count(*) from replays_raw_till.sales") == [(0,)]


def test_an_older_version_never_replaces_a_newer_row(till: Till) -> None:
    """The newer version came by a load that cannot close the row: its key did not read then."""
    till.load("sales", sale(1, "dear", hour=1))
    till.load("sales", sale(1, 9, hour=2))
    till.query("update elt_ops.quarantine set state = 'open', key_values = null")
    till.declare(AMOUNT="text")
    assert _replay() == 0
    assert till.query("select amount::text from replays_raw_till.sales") == [("9",)]
    assert [row[2:4] for row in till.quarantine()] == [("resolved", "replayed")]
    assert till.query("select filtered from elt_ops.loads order by load_id desc limit 1") == [(1,)]


def test_a_stream_without_versions_goes_by_when_the_record_was_read(till: Till) -> None:
    """Replayed as if read now, a record of last week would replace what was loaded since."""
    till.declare(TEXT="int")
    till.load("notes", {"id": 1, "text": "old"}, {"id": 2, "text": "old"})
    till.load("notes", {"id": 1, "text": 5})
    till.query("update elt_ops.quarantine set state = 'open', key_values = null")
    till.declare(TEXT="text")
    assert _replay("--stream", "notes") == 0
    rows = till.query("select id, text from replays_raw_till.notes order by 1")
    assert rows == [(1, "5"), (2, "old")]


def test_a_replay_deletes_nothing(till: Till) -> None:
    """A replay of a stream that is read whole once looked like a read of a few records."""
    till.load("sales", *(sale(n, 1) for n in range(1, 40)), sale(50, "dear"), complete=True)
    till.query("update elt_ops.quarantine set payload = replace(payload, 'dear', '5')")
    assert _replay() == 0
    live = "select count(*) from replays_raw_till.sales where _deleted_at is null"
    assert till.query(live) == [(40,)]


def test_a_record_with_another_fault_today_keeps_one_open_row(till: Till) -> None:
    till.load("sales", sale(1, 1, items="none"))
    till.query("update elt_ops.quarantine set reason = 'older_reason', fingerprint = 'older'")
    assert _replay() == 5
    assert [row[1:4] for row in till.quarantine()] == [
        ("older_reason", "resolved", "replayed"),
        ("type_mismatch", "open", None),
    ]


def test_only_what_is_asked_for_is_replayed_or_dropped(
    till: Till, capsys: pytest.CaptureFixture[str]
) -> None:
    till.declare(TEXT="int")
    till.load("sales", sale(1, "dear"), sale(2, "cheap"))
    till.load("notes", {"id": 1, "text": "x"}, {"id": None, "text": 1})
    till.declare(AMOUNT="text")
    cli.main(["quarantine", "list", "--tenant", "replays", "--json"])
    ids = {row["record_key"]: row["quarantine_id"] for row in json.loads(capsys.readouterr().out)}
    assert _replay("--stream", "sales", "--id", str(ids["id=2"])) == 0
    assert till.query("select id from replays_raw_till.sales") == [(2,)]
    drop = ["quarantine", "drop", "--tenant", "replays"]
    assert cli.main([*drop, "--because", "noise"]) == 2
    assert cli.main([*drop, "--reason", "null_primary_key", "--because", " "]) == 2
    assert cli.main([*drop, "--reason", "null_primary_key", "--because", "tests send these"]) == 0
    assert "1 dropped" in capsys.readouterr().out
    assert [row[2:4] for row in till.quarantine()] == [
        ("open", None),
        ("resolved", "replayed"),
        ("open", None),
        ("dropped", "tests send these"),
    ]
    assert cli.main(["quarantine", "list", "--tenant", "replays", "--counts"]) == 0
    counted = capsys.readouterr().out
    assert "type_mismatch" in counted
    assert "2 open" in counted
    assert cli.main(["quarantine", "list", "--tenant", "replays", "--state", "all"]) == 0
    assert "dropped: tests send these" in capsys.readouterr().out


def test_what_a_person_dropped_stays_dropped(till: Till) -> None:
    """The source sends it with every read: it was open again an hour after it was closed."""
    till.load("sales", sale(1, "dear"), sale(2, 1))
    drop = ["quarantine", "drop", "--tenant", "replays", "--because", "a training room"]
    assert cli.main([*drop, "--reason", "type_mismatch"]) == 0
    closed_at = "select closed_at, closed_load_id from elt_ops.quarantine"
    before = till.query(closed_at)
    till.load("sales", sale(1, "dear"), sale(2, 1))
    assert [row[2:] for row in till.quarantine()] == [("dropped", "a training room", 2)]
    assert till.query(closed_at) == before
    assert cli.main([*drop[:-1], "another reason", "--reason", "type_mismatch"]) == 0
    assert till.quarantine()[0][3] == "a training room", "closed once"


def test_a_stream_that_is_gone_says_so(till: Till, capsys: pytest.CaptureFixture[str]) -> None:
    till.load("sales", sale(1, "dear"))
    till.query("update elt_ops.quarantine set stream = 'sold'")
    assert _replay() == 2
    assert "replays/till/sold: the feed no longer has the stream" in capsys.readouterr().err


def test_personal_data_stays_hashed_when_it_is_replayed(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The payload in quarantine is masked already; masked twice it would be another person."""
    salt = json.dumps({"password": SALT})
    monkeypatch.setenv("AIRFLOW_CONN_REPLAYS__PRIVACY", salt)
    path = till.folder / "replays.yaml"
    path.write_text(TENANT + "privacy: {columns: {till.sales.buyer: hash}}\n")
    till.load("sales", sale(1, "dear"), sale(2, 5, buyer={"id": "b1"}))
    payload = till.query("select payload from elt_ops.quarantine")[0][0]
    assert "hmac:" in payload
    assert '"b1"' not in payload
    till.declare(AMOUNT="text")
    assert _replay() == 0
    buyers = till.query("select buyer from replays_raw_till.sales order by id")
    assert len(buyers) == 2
    assert buyers[0] == buyers[1] != ("b1",)


def test_a_row_of_a_typed_source_is_read_by_column_name(till: Till) -> None:
    """`buyer` is at `buyer.id` in a record, but a row of a table has it by its own name."""
    table = pa.table(
        {
            "id": [1, 2],
            "amount": ["dear", "2.50"],
            "updated_at": [datetime(2026, 1, 1, tzinfo=UTC)] * 2,
            "buyer": ["b1", "b2"],
            "unknown": [None, 7],
        }
    )
    till.load_page("sales", Page(table))
    assert till.query("select form from elt_ops.quarantine") == [("row",)]
    till.declare(AMOUNT="text")
    assert _replay() == 0
    rows = till.query("select id, amount, buyer, updated_at from replays_raw_till.sales order by 1")
    day = datetime(2026, 1, 1, tzinfo=UTC)
    assert rows == [(1, "dear", "b1", day), (2, "2.50", "b2", day)]


def test_a_number_of_another_tenants_record_shows_and_closes_nothing(till: Till) -> None:
    """Numbers are counted over all tenants: any of them can be guessed."""
    till.load("sales", sale(1, "dear"))
    [(number,)] = till.query("select quarantine_id from elt_ops.quarantine")
    with Warehouse(till.url).connect() as connection:
        assert fetch_record(connection, "replays", number) is not None
        assert fetch_record(connection, "other", number) is None
        assert len(fetch_payloads(connection, "replays", [number])) == 1
        assert fetch_payloads(connection, "other", [number]) == []
        every = QuarantineFilter("replays", ids=(number,), state=None)
        assert run_drop(connection, replace(every, tenant="other"), "theirs") == 0
        assert run_drop(connection, every, "a training room") == 1
        assert run_drop(connection, every, "closed again") == 0
