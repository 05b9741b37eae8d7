"""Backfills in chunks on a real PostgreSQL: several workers, a live schedule, pauses and kills."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from include import cli
from include.config.credentials import Credentials
from include.config.load import feed_by_name, load_platform
from include.core.errors import AccessDenied, RateLimited
from include.core.streams import RunKind, Window
from include.pipeline import backfill_worker
from include.pipeline.backfill_worker import BackfillWorker
from include.pipeline.feed_load import run_feed_load
from include.warehouse import backfills
from include.warehouse.connection import Warehouse
from tests.integration.backfill_process import QUICK
from tests.unit.fake_api import FakeApi, Reply, Seen

CONNECTOR = """
connector: till
title: Till
kind: rest
api:
  base_url: URL
  records_path: data
  paginator: {kind: page_number, param: page, size: 40, size_param: size}
streams:
  sales: &timed
    path: /sales
    primary_key: [id]
    version: updated_at
    columns: {id: int, amount: numeric, updated_at: timestamp}
    cursor: {field: updated_at, param: since, end_param: until, why: test}
  refunds:
    <<: *timed
    path: /refunds
  stores: {path: /stores, paginator: {kind: single}, primary_key: [id], columns: {id: int}}
"""
TENANT = """
tenant: TENANT
name: Fills
owner: tests
feeds:
  till: {schedule: hourly, start_date: 2025-01-01}
"""
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
LAST = datetime(2025, 4, 1, tzinfo=UTC)


class Till:
    """A source of two lists by time of change; records are edited while they are read."""

    def __init__(self) -> None:
        step = (LAST - FIRST) / 600
        self.lists = {
            name: {n: ("1.00", FIRST + n * step) for n in range(600)}
            for name in ("sales", "refunds")
        }
        self.slow_s = 0.0
        self.denied: set[str] = set()
        self.asked = 0

    def edit(self, stream: str, number: int) -> None:
        amount, _ = self.lists[stream][number]
        self.lists[stream][number] = (f"{float(amount) + 1:.2f}", datetime.now(tz=UTC))

    def answer(self, seen: Seen) -> Reply:
        self.asked += 1
        name = seen.path.strip("/")
        if name in self.denied:
            return Reply({"error": "no scope"}, 403)
        if name == "stores":
            return Reply({"data": [{"id": 1}]})
        since, until = (_instant(seen.query[side]) for side in ("since", "until"))
        rows = sorted(
            (at, number, amount)
            for number, (amount, at) in list(self.lists[name].items())
            if since <= at < until
        )
        page, size = int(seen.query["page"]), int(seen.query["size"])
        data = [
            {"id": number, "amount": amount, "updated_at": at.isoformat()}
            for at, number, amount in rows[(page - 1) * size : page * size]
        ]
        return Reply({"data": data}, hang_s=self.slow_s)

    def state(self, stream: str) -> list[tuple]:
        return sorted((n, amount, at) for n, (amount, at) in self.lists[stream].items())


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def url(
    till: Till, tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    with FakeApi(till.answer) as api:
        (tmp_path / "till").mkdir()
        (tmp_path / "till" / "connector.yaml").write_text(CONNECTOR.replace("URL", api.url))
        for tenant in ("fills", "straight"):
            (tmp_path / f"{tenant}.yaml").write_text(TENANT.replace("TENANT", tenant))
        monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
        monkeypatch.setenv("ELT_CONNECTORS_DIR", str(tmp_path))
        monkeypatch.setenv("ELT_TENANT_ROLES", "false")
        monkeypatch.setenv("WAREHOUSE_URL", warehouse)
        monkeypatch.delenv("AIRFLOW_CONN_WAREHOUSE", raising=False)
        drop = "drop schema if exists elt_ops, fills_raw_till, straight_raw_till cascade"
        with psycopg.connect(warehouse) as connection:
            connection.execute(drop)
        yield warehouse


def _query(url: str, statement: str, *values: object) -> list[tuple]:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(statement, values or None)
        return found.fetchall() if found.description else []


def _rows(url: str, tenant: str, stream: str) -> list[tuple]:
    query = f"select id, amount::text, updated_at from {tenant}_raw_till.{stream} order by id"
    return _query(url, query)


def _start(*words: str) -> int:
    begin = ["backfill", "start", "--tenant", "fills", "--feed", "till", *words]
    return cli.main([*begin, "--from", "2025-01-01", "--to", "2025-04-01"])


def _worker(url: str, *ids: int) -> subprocess.Popen:
    words = [sys.executable, "-m", "tests.integration.backfill_process", url, *map(str, ids)]
    return subprocess.Popen(words, env=dict(os.environ) | {"PYTHONPATH": "."})


def _wait_for(url: str, condition: str, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not _query(url, f"select 1 from elt_ops.backfill_chunks where {condition}"):
        assert time.monotonic() < until, f"never: {condition}"
        time.sleep(0.02)


def _scheduled(url: str, tenant: str) -> None:
    feed = feed_by_name(load_platform(), tenant, "till")
    result = run_feed_load(feed, RunKind.SCHEDULED, None, Credentials("x"), Warehouse(url))
    assert not result.failed


def test_two_workers_a_schedule_a_pause_and_a_kill_give_the_rows_of_one_load(
    till: Till, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two overlapping intervals at once; records are edited meanwhile and come by the schedule."""
    _scheduled(url, "fills")
    drop = "delete from fills_raw_till.{0}; "
    _query(url, "".join(drop.format(name) for name in ("sales", "refunds")))
    assert _start("--chunk", "9d") == 0
    words = ["backfill", "start", "--tenant", "fills", "--feed", "till", "--chunk", "month"]
    assert cli.main([*words, "--from", "2025-02-10", "--to", "2025-03-20"]) == 0
    assert "left out, read in full by every run: stores" in capsys.readouterr().out
    ids = [row[0] for row in _query(url, "select backfill_id from elt_ops.backfills order by 1")]
    till.slow_s = 0.08
    victim, other = _worker(url, *ids), _worker(url, *ids)
    try:
        _wait_for(url, "state = 'done'")
        for number in range(0, 600, 50):
            till.edit("sales", number)
        _scheduled(url, "fills")
        _wait_for(url, "state = 'running'")
        victim.kill()
        victim.wait(10)
        for number in range(25, 600, 50):
            till.edit("refunds", number)
        _scheduled(url, "fills")
        pause = ["backfill", "pause", "--tenant", "fills", *map(str, ids)]
        # The shorter one may have ended by now; pausing it then is refused, the other is paused.
        assert cli.main(pause) == 0
        assert other.wait(20) == 0
    finally:
        for process in (victim, other):
            with suppress(ProcessLookupError):
                process.kill()
    waiting = _query(url, "select count(*) from elt_ops.backfill_chunks where state = 'waiting'")
    assert waiting[0][0] > 0, "the pause came after the end: nothing was tested"
    left = _query(url, "select count(*) from elt_ops.backfill_chunks where state = 'running'")
    assert left[0][0] <= 1, "only the killed worker's chunk may still be claimed"
    # A minute later, as far as the claim knows.
    _query(url, "update elt_ops.backfill_chunks set heartbeat_at = heartbeat_at - interval '2 min'")
    till.edit("sales", 599)
    till.slow_s = 0.0
    paused = _query(url, "select backfill_id from elt_ops.backfills where state = 'paused'")
    resume = ["backfill", "resume", "--wait", "--workers", "2", "--tenant", "fills"]
    assert cli.main([*resume, *(str(row[0]) for row in paused)]) == 0
    _scheduled(url, "fills")
    _scheduled(url, "straight")
    for stream in ("sales", "refunds"):
        expected = till.state(stream)
        assert _rows(url, "fills", stream) == expected
        assert _rows(url, "straight", stream) == expected
    assert _query(url, "select distinct state from elt_ops.backfills") == [("done",)]
    chunks = "select state, count(*), count(load_id) from elt_ops.backfill_chunks group by 1"
    ((state, total, loaded),) = _query(url, chunks)
    assert (state, loaded) == ("done", total)
    books = (
        "select count(*) filter (where read <> inserted + updated + unchanged + quarantined "
        "+ filtered), count(*) filter (where state = 'failed'), sum(quarantined) "
        "from elt_ops.loads"
    )
    assert _query(url, books) == [(0, 0, 0)]
    cursors = _query(url, "select distinct kind from elt_ops.loads l join elt_ops.cursors c "
                          "on c.load_id = l.load_id")  # fmt: skip
    assert cursors == [("scheduled",)], "a backfill must not move a cursor"


def test_ctrl_c_pauses_and_resume_goes_on(
    till: Till, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    till.slow_s = 0.15
    words = [sys.executable, "-m", "include.cli", "backfill", "start", "--tenant", "fills"]
    words += ["--feed", "till", "--from", "2025-01-01", "--to", "2025-04-01", "--chunk", "9d"]
    process = subprocess.Popen(
        [*words, "--wait"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 30
    while not _query(url, "select to_regclass('elt_ops.backfill_chunks')")[0][0]:
        assert time.monotonic() < until
        time.sleep(0.05)
    _wait_for(url, "state = 'done'")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert "finishing the chunks being loaded" in err
    assert "backfill resume --wait --tenant fills 1" in out
    states = dict(_query(url, "select state, count(*) from elt_ops.backfill_chunks group by 1"))
    assert states.keys() == {"done", "waiting"}
    noted = "select state, note from elt_ops.backfills"
    assert _query(url, noted) == [("paused", "paused by Ctrl-C")]
    till.slow_s = 0.0
    assert cli.main(["backfill", "resume", "1", "--wait", "--tenant", "fills"]) == 0
    told = capsys.readouterr().out
    assert "backfill 1 till: 20/20 chunks, read 1,200, written 1,200" in told
    assert "backfill 1: done" in told
    assert _rows(url, "fills", "sales") == till.state("sales")


def test_what_a_person_must_look_at_pauses_and_resume_tries_again(
    till: Till, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    till.denied.add("refunds")
    assert _start("--wait") == 5
    assert "backfill 1: paused: refunds: fills/till/refunds: " in capsys.readouterr().out
    failed = (
        "select stream, count(*) from elt_ops.backfill_chunks where state = 'failed' group by 1"
    )
    assert _query(url, failed) == [("refunds", 1)]
    till.denied.clear()
    assert cli.main(["backfill", "resume", "1", "--wait", "--tenant", "fills"]) == 0
    assert _rows(url, "fills", "refunds") == till.state("refunds")


def test_status_pause_and_cancel_from_another_shell(
    till: Till, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--tenant", "fills"]
    assert _start("--stream", "sales") == 0
    assert cli.main(["backfill", "pause", "1", *place]) == 0
    assert cli.main(["backfill", "pause", "1", *place]) == 5
    assert cli.main(["backfill", "work", *place]) == 0
    assert "no backfill is running" in capsys.readouterr().out
    assert till.asked == 0
    assert cli.main(["backfill", "status", *place, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["state"], row["done"], row["total"]) == ("paused", 0, 3)
    assert row["streams"] == {"sales": [0, 3]}
    assert cli.main(["status", *place]) == 0
    assert "backfill 1 till: 0/3 chunks" in capsys.readouterr().out
    assert cli.main(["backfill", "cancel", "1", *place]) == 0
    assert cli.main(["backfill", "resume", "1", *place]) == 5
    capsys.readouterr()
    assert cli.main(["backfill", "status", *place]) == 0
    assert "cancelled" not in capsys.readouterr().out
    assert cli.main(["backfill", "status", "--all", *place]) == 0
    assert "cancelled" in capsys.readouterr().out
    assert cli.main(["backfill", "status", "9", *place]) == 2


def test_a_backfill_that_cannot_be_is_refused(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words, told in (
        (["--stream", "stores"], "no stream by time: stores. Expected some of: refunds, sales"),
        (["--chunk", "hour"], "`--chunk hour` is no size"),
        (["--workers", "0"], "Expected at least 1"),
    ):
        assert _start(*words) == 2
        assert told in capsys.readouterr().err
    words = ["backfill", "start", "--tenant", "fills", "--feed", "till"]
    assert cli.main([*words, "--from", "2999-01-01"]) == 2
    assert "holds nothing that has happened" in capsys.readouterr().err
    assert _query(url, "select count(*) from elt_ops.backfills") == [(0,)]


@pytest.fixture
def one_chunk(url: str) -> int:
    """A backfill of one chunk."""
    words = ["backfill", "start", "--tenant", "fills", "--feed", "till", "--stream", "sales"]
    assert cli.main([*words, "--from", "2025-01-01", "--to", "2025-01-05"]) == 0
    return 1


def _work(url: str) -> BackfillWorker:
    feed = feed_by_name(load_platform(), "fills", "till")
    return BackfillWorker(feed, [1], Credentials("x"), Warehouse(url), pace=QUICK)


def _chunk(url: str) -> tuple:
    return _query(url, "select state, tries, error from elt_ops.backfill_chunks")[0]


def test_a_rate_limited_chunk_waits_and_is_tried_again(
    url: str, one_chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = backfill_worker.run_stream_load, []

    def limited(*args, **kwargs):
        calls.append(time.monotonic())
        if len(calls) < 3:
            raise RateLimited("slow down.", retry_after_s=0.5)
        return real(*args, **kwargs)

    monkeypatch.setattr(backfill_worker, "run_stream_load", limited)
    _work(url).run()
    assert [b - a > 0.5 for a, b in pairwise(calls)] == [True, True]
    assert _chunk(url) == ("done", 3, None)


def test_a_chunk_that_never_loads_ends_the_backfill_as_paused(
    url: str, one_chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limited(*args, **kwargs):
        raise RateLimited("slow down.", retry_after_s=0)

    monkeypatch.setattr(backfill_worker, "run_stream_load", limited)
    _work(url).run()
    assert _chunk(url)[:2] == ("failed", QUICK.tries)
    note = "1 chunks failed; resume tries them again"
    assert _query(url, "select state, note from elt_ops.backfills") == [("paused", note)]


def test_a_chunk_that_kills_its_workers_is_not_tried_for_ever(url: str, one_chunk: int) -> None:
    """One that needs more memory than there is would have taken every worker with it."""
    with Warehouse(url).connect() as connection:
        for _ in range(QUICK.tries):
            assert backfills.run_claim(connection, [1], "dead", timedelta(seconds=-1))
    time.sleep(QUICK.stale_s)
    _work(url).run()
    assert _chunk(url)[0] == "failed"
    assert "5 workers ended" in _chunk(url)[2]


def test_a_worker_whose_claim_was_taken_over_changes_nothing(url: str, one_chunk: int) -> None:
    """Two hours asleep in a paused virtual machine, it woke and failed the other's chunk."""
    with Warehouse(url).connect() as connection:
        slept = backfills.run_claim(connection, [1], "slept", timedelta(minutes=1))
        assert slept is not None
        assert backfills.run_claim(connection, [1], "other", timedelta(minutes=1)) is None
        taken = backfills.run_claim(connection, [1], "other", timedelta(seconds=-1))
        assert taken is not None
        assert taken.window == slept.window
        assert not backfills.run_heartbeat(connection, slept)
        assert backfills.run_heartbeat(connection, taken)
        backfills.run_fail(connection, slept, "late")
    assert _chunk(url) == ("running", 2, None)


def test_no_two_workers_get_the_same_chunk(url: str) -> None:
    assert _start("--chunk", "day") == 0
    claimed: list[tuple] = []

    def claim() -> None:
        with Warehouse(url).connect(autocommit=True) as connection:
            while chunk := backfills.run_claim(connection, [1], "w", timedelta(minutes=1)):
                claimed.append((chunk.stream, chunk.window.start))

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 180


def test_access_denied_is_told_once_and_the_rest_waits(
    url: str, one_chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*args, **kwargs):
        raise AccessDenied("no scope `sales`. Grant it.")

    monkeypatch.setattr(backfill_worker, "run_stream_load", denied)
    _work(url).run()
    assert _chunk(url)[0] == "failed"
    assert _query(url, "select note from elt_ops.backfills") == [
        ("sales: no scope `sales`. Grant it.",)
    ]


def test_an_interval_needs_both_sides_to_be_cut() -> None:
    from include.pipeline.backfill import build_chunks

    assert len(build_chunks(Window(FIRST, LAST), "month")) == 3
