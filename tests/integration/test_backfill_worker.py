"""One backfill worker: claims, heartbeats, and what becomes of a chunk that does not load."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from include import cli
from include.config.credentials import Credentials
from include.config.lookup import load_one_feed
from include.core.errors import AccessDenied, RateLimited
from include.ledger import backfills
from include.ledger.connection import Warehouse
from include.pipeline import backfill_worker
from include.pipeline.backfill_worker import BackfillWorker
from tests.integration.backfill_case import Till, query, write_tenants
from tests.integration.backfill_process import QUICK
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


@pytest.fixture
def one_chunk(url: str) -> int:
    """A backfill of one chunk."""
    words = ["backfill", "start", "--tenant", "fills", "--feed", "till", "--stream", "sales"]
    assert cli.main([*words, "--from", "2025-01-01", "--to", "2025-01-05"]) == 0
    return 1


def _work(url: str) -> BackfillWorker:
    feed = load_one_feed("fills", "till")
    return BackfillWorker(
        feed, [1], build_environment(Warehouse(url), Credentials("x")), pace=QUICK
    )


def _chunk(url: str) -> tuple:
    return query(url, "select state, tries, error from elt_ops.backfill_chunks")[0]


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
    assert query(url, "select state, note from elt_ops.backfills") == [("paused", note)]


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
    words = ["backfill", "start", "--tenant", "fills", "--feed", "till", "--chunk", "day"]
    assert cli.main([*words, "--from", "2025-01-01", "--to", "2025-04-01"]) == 0
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
    assert query(url, "select note from elt_ops.backfills") == [
        ("sales: no scope `sales`. Grant it.",)
    ]
