"""Backfills in chunks on a real PostgreSQL: several workers, a live schedule, pauses and kills."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from include import cli
from include.config.credentials import Credentials
from include.config.lookup import load_one_feed
from include.core.streams import RunKind
from include.ledger.connection import Warehouse
from include.pipeline.feed_load import run_feed_load
from include.pipeline.load_request import LoadRequest
from tests.integration.backfill_case import Till, query, write_tenants
from tests.load_environment import build_environment
from tests.unit.fake_api import FakeApi


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def url(
    till: Till, tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    with FakeApi(till.answer) as api:
        write_tenants(tmp_path, api.url, warehouse, monkeypatch)
        yield warehouse


def _rows(url: str, tenant: str, stream: str) -> list[tuple]:
    statement = f"select id, amount::text, updated_at from {tenant}_raw_till.{stream} order by id"
    return query(url, statement)


def _start(*words: str) -> int:
    begin = ["backfill", "start", "--tenant", "fills", "--feed", "till", *words]
    return cli.main([*begin, "--from", "2025-01-01", "--to", "2025-04-01"])


def _worker(url: str, *ids: int) -> subprocess.Popen:
    words = [sys.executable, "-m", "tests.integration.backfill_process", url, *map(str, ids)]
    return subprocess.Popen(words, env=dict(os.environ) | {"PYTHONPATH": "."})


def _wait_for(url: str, condition: str, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not query(url, f"select 1 from elt_ops.backfill_chunks where {condition}"):
        assert time.monotonic() < until, f"never: {condition}"
        time.sleep(0.02)


def _scheduled(url: str, tenant: str) -> None:
    feed = load_one_feed(tenant, "till")
    result = run_feed_load(
        LoadRequest(feed, RunKind.SCHEDULED), build_environment(Warehouse(url), Credentials("x"))
    )
    assert not result.failed


def test_two_workers_a_schedule_a_pause_and_a_kill_give_the_rows_of_one_load(
    till: Till, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two overlapping intervals at once; records are edited meanwhile and come by the schedule."""
    _scheduled(url, "fills")
    drop = "delete from fills_raw_till.{0}; "
    query(url, "".join(drop.format(name) for name in ("sales", "refunds")))
    assert _start("--chunk", "9d") == 0
    words = ["backfill", "start", "--tenant", "fills", "--feed", "till", "--chunk", "month"]
    assert cli.main([*words, "--from", "2025-02-10", "--to", "2025-03-20"]) == 0
    assert "left out, read in full by every run: stores" in capsys.readouterr().out
    ids = [row[0] for row in query(url, "select backfill_id from elt_ops.backfills order by 1")]
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
    waiting = query(url, "select count(*) from elt_ops.backfill_chunks where state = 'waiting'")
    assert waiting[0][0] > 0, "the pause came after the end: nothing was tested"
    left = query(url, "select count(*) from elt_ops.backfill_chunks where state = 'running'")
    assert left[0][0] <= 1, "only the killed worker's chunk may still be claimed"
    # A minute later, as far as the claim knows.
    query(url, "update elt_ops.backfill_chunks set heartbeat_at = heartbeat_at - interval '2 min'")
    till.edit("sales", 599)
    till.slow_s = 0.0
    paused = query(url, "select backfill_id from elt_ops.backfills where state = 'paused'")
    resume = ["backfill", "resume", "--wait", "--workers", "2", "--tenant", "fills"]
    assert cli.main([*resume, *(str(row[0]) for row in paused)]) == 0
    _scheduled(url, "fills")
    _scheduled(url, "straight")
    for stream in ("sales", "refunds"):
        expected = till.state(stream)
        assert _rows(url, "fills", stream) == expected
        assert _rows(url, "straight", stream) == expected
    assert query(url, "select distinct state from elt_ops.backfills") == [("done",)]
    chunks = "select state, count(*), count(load_id) from elt_ops.backfill_chunks group by 1"
    ((state, total, loaded),) = query(url, chunks)
    assert (state, loaded) == ("done", total)
    books = (
        "select count(*) filter (where read <> inserted + updated + unchanged + quarantined "
        "+ filtered), count(*) filter (where state = 'failed'), sum(quarantined) "
        "from elt_ops.loads"
    )
    assert query(url, books) == [(0, 0, 0)]
    cursors = query(url, "select distinct kind from elt_ops.loads l join elt_ops.cursors c "
                          "on c.load_id = l.load_id")  # fmt: skip
    assert cursors == [("scheduled",)], "a backfill must not move a cursor"


def test_ctrl_c_pauses_and_resume_goes_on(
    till: Till, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    till.slow_s = 0.15
    words = [sys.executable, "-m", "include.cli", "backfill", "start", "--tenant", "fills"]
    words += ["--feed", "till", "--from", "2025-01-01", "--to", "2025-04-01", "--chunk", "9d"]
    process = subprocess.Popen(
        [*words, "--wait"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run behind `nohup` or `&` hand down an ignored Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until = time.monotonic() + 30
    while not query(url, "select to_regclass('elt_ops.backfill_chunks')")[0][0]:
        assert time.monotonic() < until
        time.sleep(0.05)
    _wait_for(url, "state = 'done'")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert "finishing the chunks being loaded" in err
    assert "backfill resume --wait --tenant fills 1" in out
    states = dict(query(url, "select state, count(*) from elt_ops.backfill_chunks group by 1"))
    assert states.keys() == {"done", "waiting"}
    noted = "select state, note from elt_ops.backfills"
    assert query(url, noted) == [("paused", "paused by Ctrl-C")]
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
    assert query(url, failed) == [("refunds", 1)]
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
        (["--workers", "0"], "'--workers': Input should be greater than or equal to 1"),
    ):
        assert _start(*words) == 2
        assert told in capsys.readouterr().err
    words = ["backfill", "start", "--tenant", "fills", "--feed", "till"]
    assert cli.main([*words, "--from", "2999-01-01"]) == 2
    assert "holds nothing that has happened" in capsys.readouterr().err
    assert query(url, "select count(*) from elt_ops.backfills") == [(0,)]
