"""What a newcomer waits for: the demo twice, in a state of its own, and the quick tests."""

import os
import re
import subprocess
import sys
import time

from include.config.settings import ROOT
from tests.bench.airflow_stack import own_state
from tests.bench.row import Row

FULL_ONLY = "Two demos and the quick tests take some ten minutes."
LIMIT_S = 3_600
QUICK = ("tests/unit", "tests/contract")
SIZE = os.environ.get("SIZE", "")
FIRST_ROWS = re.compile(r"The first rows were there after (\d+) s")


def run() -> list[Row]:
    """Seconds; packages are installed and cached, as after `make setup`."""
    with own_state():
        first, said = _run_timed("-m", "include.local", "demo", "--size", SIZE)
        second, _ = _run_timed("-m", "include.local", "demo", "--size", SIZE)
        _run_timed("-m", "include.local", "down")
    visible = FIRST_ROWS.search(said)
    assert visible, said[-2000:]
    tests, _ = _run_timed("-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", *QUICK)
    return [
        Row("make demo: first rows visible after", float(visible[1]), "s", 60, False),
        Row("make demo: done after", first, "s", 300, False),
        Row("make demo: a second run", second, "s", 90, False),
        Row("make test-unit: its tests", tests, "s", 60, False),
    ]


def _run_timed(*words: str) -> tuple[float, str]:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return time.monotonic() - began, done.stdout
