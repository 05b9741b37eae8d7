"""Polluted CSVs, all in one folder, through a feed without a hint: how much of them arrives."""

import logging
import tempfile
import time
from pathlib import Path

from tests.bench.polluted_csv import build_polluted
from tests.bench.pollution_score import load_folder, score_all
from tests.bench.row import Row

# As many as the table of that benchmark has, so that one lost row costs as much.
ROWS = 83


def run() -> list[Row]:
    """Score from 0 to 10, each file counting once and each kind by how often it is met."""
    logging.getLogger("include").setLevel(logging.ERROR)
    files = list(build_polluted(ROWS))
    with tempfile.TemporaryDirectory(prefix="elt-bench-") as folder:
        for file in files:
            Path(folder, file.name).write_bytes(file.content)
        since = time.monotonic()
        loaded = load_folder(Path(folder))
        seconds = time.monotonic() - since
    simple, weighted = score_all(files, loaded)
    return [
        Row(f"polluted CSVs: {len(files):,} files of {ROWS} rows, score", simple, "of 10", 9.96),
        Row("polluted CSVs: score by frequency in the wild", weighted, "of 10", 9.5),
        Row("polluted CSVs: files a second", len(files) / seconds, "files/s"),
    ]
