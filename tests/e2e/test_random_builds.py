"""Builds by plan against full builds after random changes; whole mart contents are compared.

The same few changes each time, unless asked for others: `BUILD_SEED=new` draws a seed,
`BUILD_CHANGES=200` is the long form (half an hour and more: two dbt processes a build). A failure
names its seed, and `BUILD_SEED=<number>` lives through the same changes again.
"""

import os
import random
from pathlib import Path

import pytest

from include.config.settings import load_settings
from tests.integration.build_history import PROJECT, BuildHistory


def test_a_planned_build_leaves_what_a_full_one_would(
    warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing changed, nothing built, must never mean: something changed, nothing built."""
    word = os.environ.get("BUILD_SEED") or "7"
    seed = random.SystemRandom().randrange(2**32) if word == "new" else int(word)
    monkeypatch.setenv("ELT_DBT_EXECUTABLE", str(load_settings().dbt_executable))
    monkeypatch.setenv("ELT_DBT_PROJECT_DIR", str(tmp_path / PROJECT))
    monkeypatch.setenv("ELT_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("ELT_DBT_TODAY", "2026-01-01")
    history = BuildHistory(warehouse, tmp_path, seed)
    try:
        history.run(int(os.environ.get("BUILD_CHANGES", "5")))
    except BaseException as error:
        error.add_note(f"Run it again with BUILD_SEED={seed}.")
        raise
    print(f"changes: {dict(history.done)}; partial plans: {len(history.planned)}")
    assert history.planned, "no build was planned as a part"
