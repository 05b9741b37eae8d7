"""The same rows through dlt with its defaults, in its own environment, on the same server."""

import json
import os
import shutil
import subprocess

from include.config.settings import ROOT, load_settings
from tests.bench.environments import ensure_environment
from tests.bench.row import Row
from tests.bench.warehouse_server import run_load_process, serve

FULL_ONLY = "dlt comes from the package index."
ROWS = 300_000
PINNED = "dlt[postgres]==1.31.0"


def run() -> list[Row]:
    """How many times faster the loader is than dlt on flat rows given as dicts."""
    python = str(ensure_environment("dlt", PINNED) / "python")
    with serve() as url:
        # Before and after the other side, so that both meet the same machine.
        before = run_load_process(url, "dicts", "before", ROWS, 0)["seconds"]
        theirs = _run_dlt(python, url)
        ours = (before + run_load_process(url, "dicts", "after", ROWS, 0)["seconds"]) / 2
    return [
        Row("300k rows through this loader", ROWS / ours, "rows/s"),
        Row("300k rows through dlt, defaults", ROWS / theirs, "rows/s"),
        Row("this loader over dlt", theirs / ours, "x", 8),
    ]


def _run_dlt(python: str, url: str) -> float:
    data = load_settings().state_dir / "bench" / "dlt-data"
    shutil.rmtree(data, ignore_errors=True)
    environment = os.environ | {
        "DLT_DATA_DIR": str(data),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "DESTINATION__POSTGRES__CREDENTIALS": url,
        # Only what makes the rows: dlt's environment has no package of ours.
        "PYTHONPATH": str(ROOT),
    }
    script = str(ROOT / "tests" / "bench" / "dlt_process.py")
    rows = _write_rows()
    done = subprocess.run(
        [python, script, rows], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"dlt ended with {done.returncode}: {done.stderr[-2000:]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    if answer["rows"] != ROWS:
        raise RuntimeError(f"dlt loaded {answer['rows']} rows")
    return float(answer["seconds"])


def _write_rows() -> str:
    """The rows pickled: dlt's environment needs no pyarrow to get the very same dicts."""
    import pickle

    from tests.bench.load_process import build_dict_pages

    path = load_settings().state_dir / "bench" / "rows.pickle"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        for page in build_dict_pages(ROWS):
            pickle.dump(page.records, stream)
    return str(path)
