"""A dirty CSV through `files`, whole way from the folder to committed rows, against COPY.

COPY gets the loaded rows as a clean file into a table made like the loaded one, in the same run.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from include.config.settings import ROOT
from tests.bench.bench_load import measure_copy_of
from tests.bench.dirty_csv import write_dirty
from tests.bench.row import Row
from tests.bench.warehouse_server import serve

ROWS = 1_000_000
ROUNDS = 2
ENCODINGS = {"UTF-8 with BOM": "utf-8-sig", "Windows-1252": "cp1252"}


def run() -> list[Row]:
    """Share of COPY's rate, rows a second and peak memory, by encoding."""
    found: list[Row] = []
    with serve() as url, tempfile.TemporaryDirectory(prefix="elt-bench-") as folder:
        for label, encoding in ENCODINGS.items():
            path = Path(folder, encoding, "orders.csv")
            path.parent.mkdir()
            written = write_dirty(path, ROWS, encoding)
            tenants = [f"{encoding[:2]}{number}" for number in range(ROUNDS)]
            loads = [_run_load(url, tenant, path.parent) for tenant in tenants]
            for load in loads:
                if (load["loaded"], load["quarantined"]) != (written.rows, written.bad):
                    raise RuntimeError(f"not what the file holds: {load}, {written}")
            copy = min(measure_copy_of(url, f"{t}_raw_files.orders") for t in tenants)
            seconds = min(load["seconds"] for load in loads)
            tag = f"{ROWS // 1_000_000}M dirty rows x 13, {label}"
            found += [
                Row(f"files: {tag}, rows a second", ROWS / seconds, "rows/s"),
                Row(f"files: {tag}, share of COPY's rate", copy / seconds, "x", 0.3),
                Row(
                    f"files: {tag}, peak memory",
                    max(load["peak_mb"] for load in loads),
                    "MB",
                    500,
                    at_least=False,
                ),
            ]
    return found


def _run_load(url: str, tenant: str, folder: Path) -> dict[str, Any]:
    arguments = [sys.executable, "-m", "tests.bench.files_process", url, tenant, str(folder)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"load process ended with {done.returncode}: {done.stderr[-2000:]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured
