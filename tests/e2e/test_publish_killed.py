"""People who read while marts are built, fail, are refused and are killed."""

import os
import random
import signal
import threading
import time
from pathlib import Path

import psycopg
import pytest

from include.config.settings import load_settings
from include.core.streams import RunKind
from tests.integration.build_history import PROJECT, BuildHistory
from tests.integration.changing_shop import IDS, STREAMS

# Marts of one build agree with each other, and none is ever without a row.
ASKED = """
select
    (select amount from testco_mart.agg_all)
        is not distinct from (select sum(amount) from testco_mart.fct_things),
    (select count(*) from testco_mart.fct_things) > 0,
    (select count(*) from testco_mart.dim_stock where dbt_valid_to is null)
        = (select count(*) from testco_mart.fct_stock)
"""
KILLS = int(os.environ.get("PUBLISH_KILLS", "3"))


class Reader(threading.Thread):
    """Asks every 50 ms, as a dashboard that nobody turns off."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.over = url, threading.Event()
        self.answers = 0
        self.wrong: list[object] = []
        self.slowest = 0.0

    def run(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not self.over.wait(0.05):
                began = time.monotonic()
                try:
                    row = connection.execute(ASKED.encode()).fetchone()
                    if row != (True, True, True):
                        self.wrong.append(row)
                except psycopg.Error as error:
                    self.wrong.append(str(error))
                self.answers += 1
                self.slowest = max(self.slowest, time.monotonic() - began)


def sell(history: BuildHistory) -> None:
    """Every stream has news, and no amount that a model fails on."""
    for stream in STREAMS:
        for number in list(IDS)[:4]:
            history.shop.put(stream, number)
        history._load(stream, RunKind.SCHEDULED)
    history._mend()


def run_killed(history: BuildHistory, after_s: float) -> bool:
    """A transform in processes of its own, all killed; False when it had ended before."""
    child = os.fork()
    if child == 0:
        os.setsid()
        try:
            history._run_planned()
        finally:
            os._exit(0)
    time.sleep(after_s)
    is_over = os.waitpid(child, os.WNOHANG)[0] != 0
    if not is_over:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return not is_over


def test_nobody_reads_half_a_build(
    warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each mart was swapped by itself: a failed or killed build left new ones beside old ones."""
    monkeypatch.setenv("ELT_DBT_EXECUTABLE", str(load_settings().dbt_executable))
    monkeypatch.setenv("ELT_DBT_PROJECT_DIR", str(tmp_path / PROJECT))
    monkeypatch.setenv("ELT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("ELT_DBT_TODAY", "2026-01-01")
    history = BuildHistory(warehouse, tmp_path, 3)
    for _ in range(2):  # the second one has the project read already, as those that follow
        sell(history)
        began = time.monotonic()
        history._run_planned()
        length = time.monotonic() - began
    reader, draw, killed = Reader(warehouse), random.Random(5), 0
    reader.start()
    for number in range(KILLS):
        sell(history)
        killed += run_killed(history, length * (0.4 + 0.4 * draw.random()))
        if number % 2 == 0:
            history.fail()
        history._mend()
        history._run_planned()
    reader.over.set()
    reader.join()
    assert killed
    assert not reader.wrong, reader.wrong[:3]
    assert reader.answers > 20
    print(f"answers: {reader.answers}; killed: {killed}; slowest answer: {reader.slowest:.2f} s")
