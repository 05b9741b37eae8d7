"""CPU seconds of processes with all they have started, the ended ones included."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import psutil

# What a run leaves to do when it has ended: last heartbeats, the workers' clean-up.
AFTER_S = 2.0


def count_cpu_seconds(pids: Sequence[int]) -> float:
    """User and system time of these, of their living descendants, and of all these have reaped."""
    total = 0.0
    for pid in pids:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            try:
                total += sum(process.cpu_times()[:4])
            except psutil.NoSuchProcess:
                continue  # reaped meanwhile: its parent has its seconds
    return total


def measure_cpu(
    pids: Sequence[int], act: Callable[[], Any], look: Callable[[], Any]
) -> tuple[float, Any]:
    """CPU seconds an act took beyond what the same processes take idle, and the act's answer.

    Args:
        look: What `act` does while it waits, done as often in the idle time: it costs too.
    """
    before, began = count_cpu_seconds(pids), time.monotonic()
    answer = act()
    time.sleep(AFTER_S)
    length = time.monotonic() - began
    busy = count_cpu_seconds(pids) - before
    before, began = count_cpu_seconds(pids), time.monotonic()
    while time.monotonic() < began + length:
        look()
    idle = count_cpu_seconds(pids) - before
    return busy - idle * length / (time.monotonic() - began), answer
