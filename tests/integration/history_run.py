"""Runs random histories from one seed, which a failure names."""

import os
import random

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.shop_history import ShopHistory

GENERATE = (Phase.generate,)


def run_histories(url: str, *, histories: int, steps: int, turn: int = 0) -> int:
    """Live through some histories of so many steps; returns the steps made.

    Args:
        turn: Told apart from earlier turns of the same run; counted on from the seed.

    Raises:
        AssertionError: With the seed that repeats the run; above it stands the history that fails,
            with HISTORY_SHRINK set the shortest one that does.
    """
    named = os.environ.get("HISTORY_SEED")
    number = int(named) + turn if named else random.SystemRandom().randrange(2**32)
    machine = seed(number)(type("History", (ShopHistory,), {"url": url, "steps": 0}))
    chosen = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        # Shrinking lives through hundreds of histories: minutes, so only when somebody asks.
        phases=(Phase.generate, Phase.shrink) if "HISTORY_SHRINK" in os.environ else GENERATE,
    )
    try:
        run_state_machine_as_test(machine, settings=chosen)
    except BaseException as error:
        error.add_note(f"Run it again with HISTORY_SEED={number}.")
        raise
    return int(machine.steps)
