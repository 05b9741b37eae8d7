"""What a newcomer waits for: the demo twice, in a state of its own, and the tests."""

import os
import re
import subprocess
import sys
import time

from include.config.settings import ROOT
from tests.bench.airflow_stack import own_state
from tests.bench.row import Row

FULL_ONLY = "Two demos and all tests take half an hour."
LIMIT_S = 7_200
PYTHON = (sys.executable, "-m")
SIZE = os.environ.get("SIZE", "")
FIRST_ROWS = re.compile(r"The first rows were there after (\d+) s")


def run() -> list[Row]:
    """Seconds; packages are installed and cached, as after `make setup-dev`."""
    with own_state():
        first, said = _run_timed(*PYTHON, "include.local", "demo", "--size", SIZE)
        second, _ = _run_timed(*PYTHON, "include.local", "demo", "--size", SIZE)
        _run_timed(*PYTHON, "include.local", "down")
    visible = FIRST_ROWS.search(said)
    assert visible, said[-2000:]
    quick, _ = _run_timed("make", "test-unit")
    whole, _ = _run_timed("make", "test")
    return [
        Row("make demo: first rows visible after", float(visible[1]), "s", 60, False),
        Row("make demo: done after", first, "s", 300, False),
        Row("make demo: a second run", second, "s", 90, False),
        Row("make test-unit", quick, "s", 60, False),
        Row("make test: lint and every test", whole, "s", 720, False),
    ]


def _run_timed(*words: str) -> tuple[float, str]:
    began = time.monotonic()
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return time.monotonic() - began, done.stdout
