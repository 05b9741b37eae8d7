"""Alerts: how many messages a bad day is, and what looking at the books costs.

The clock is in hand, so that a day passes in seconds; the receiver is a list that can be down.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bench.row import Row
from tests.bench.warehouse_server import serve
from tests.integration.alert_case import AlertCase, build_alert_case

FEEDS = 300
TRIES, HOURS = 3, 24


def run() -> list[Row]:
    """Messages sent, lost and doubled; seconds of a look."""
    with serve() as url:
        return [*_measure_bad_day(url), *_measure_outage(url), *_measure_receiver(url)]


@contextmanager
def _made(url: str) -> Iterator[AlertCase]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        yield build_alert_case(url, Path(folder), patch)


def _measure_bad_day(url: str) -> list[Row]:
    with _made(url) as case:
        case.write("shop")
        for _ in range(HOURS):
            for _ in range(TRIES):
                case.load("failed")
                case.tick(minutes=2)
            case.tick(minutes=60 - 2 * TRIES)
        sent = len(case.receiver.got)
        case.load("loaded")
        case.settle(minutes=60)
        ends = case.receiver.news.count("resolved")
    what = f"alerts: a feed failing {HOURS} h with {TRIES} tries each"
    return [
        Row(f"{what}, messages", sent, "", 3, False),
        Row("alerts: messages of its recovery", ends, "", 1, False),
        Row("alerts: recoveries nobody was told of", 1 - min(ends, 1), "", 0, False),
    ]


def _measure_outage(url: str) -> list[Row]:
    names = tuple(f"till_{number:03}" for number in range(FEEDS))
    with _made(url) as case:
        case.write("shop", feeds=names)
        case.tick()
        for name in names:
            case.load("failed", feed=name)
        began = time.perf_counter()
        case.tick()
        opening = time.perf_counter() - began
        case.settle(minutes=30)
        sent = len(case.receiver.got)
        began = time.perf_counter()
        case.tick(minutes=1)
        quiet = time.perf_counter() - began
    return [
        Row(f"alerts: {FEEDS} feeds down at once, messages", sent, "", 1, False),
        Row(f"alerts: a look that opens {FEEDS}", opening, "s", 30, False),
        Row(f"alerts: a look at {FEEDS} open ones, no news", quiet, "s"),
    ]


def _measure_receiver(url: str) -> list[Row]:
    """An hour of a receiver that is down: what is sent afterwards, and how often."""
    with _made(url) as case:
        case.write("shop", feeds=("till", "stall"))
        case.receiver.fall()
        for name in ("till", "stall"):
            case.load("failed", feed=name)
            case.settle(minutes=30)
        case.receiver.rise()
        case.settle(minutes=30)
        told = [m["feed"] for _, m in case.receiver.got if m["tenant"] == "shop"]
    what = "alerts: receiver down for an hour"
    return [
        Row(f"{what}, lost", 2 - len(set(told)), "", 0, False),
        Row(f"{what}, told twice", len(told) - len(set(told)), "", 0, False),
    ]
