"""Two thousand random steps of a shop's life beside its loads; the short run is in integration."""

from tests.integration.history_run import run_histories


def test_after_two_thousand_steps_the_warehouse_is_the_source(warehouse: str) -> None:
    """`HISTORY_SEED=<number>` repeats a run; a failure shows its number and its history."""
    steps = turn = 0
    while steps < 2_000:
        steps += run_histories(warehouse, histories=20, steps=50, turn=turn)
        turn += 1
