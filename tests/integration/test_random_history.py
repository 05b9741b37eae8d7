"""Random histories of a shop that changes while loads run, fail, are killed, retried and rewound.

A short run here, a long one in tests/e2e. A failure shows its history and its seed:
`HISTORY_SEED=<number>` repeats it, `HISTORY_SHRINK=1` looks for the shortest that still fails.
"""

from tests.integration.history_run import run_histories


def test_whatever_happens_the_warehouse_becomes_the_source(warehouse: str) -> None:
    assert run_histories(warehouse, histories=6, steps=25) >= 75
