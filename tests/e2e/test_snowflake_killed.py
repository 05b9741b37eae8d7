"""A load to Snowflake is killed at every step, and an ordinary run puts it right: exactly once."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.doubles.start_snowflake import run_double
from tests.integration.snowflake_case import build_snowflake_case
from tests.integration.snowflake_killed import STEPS
from tests.integration.two_stores_killed import COMMITTED_AFTER, FIRST, load_second


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with run_double() as port:
        yield port


@pytest.fixture(scope="module")
def undisturbed(warehouse: str, port: int) -> dict[str, Any]:
    """What two quiet loads leave."""
    case = build_snowflake_case(warehouse, port, f"t{uuid4().hex[:10]}")
    case.load(*FIRST)
    load_second(case)  # type: ignore[arg-type]
    return case.state()


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_changes_nothing(
    warehouse: str, port: int, undisturbed: dict[str, Any], step: str
) -> None:
    """SIGKILL, then an ordinary run: rows, counts, quarantine and cursor are a quiet one's.

    Where Snowflake had committed, the run finds that out and enters it as it was, once.
    """
    case = build_snowflake_case(warehouse, port, f"t{uuid4().hex[:10]}")
    case.load(*FIRST)
    arguments = [case.url, str(port), case.tenant, step]
    module = "tests.integration.snowflake_killed"
    died = subprocess.run([sys.executable, "-m", module, *arguments], check=False, timeout=300)
    assert died.returncode == -9
    result = load_second(case)  # type: ignore[arg-type]
    state = case.state()
    places = list(STEPS)
    if step == "inside its transaction" or places.index(step) < COMMITTED_AFTER:
        assert (result.inserted, result.updated) == (2, 1)
        assert state == undisturbed
        return
    assert (result.inserted, result.updated) == (0, 0)
    assert sorted(state["commits"]) == [(0, "done"), (1, "done"), (2, "done")]
    for what in ("children", "balance", "open", "tables", "cursor", "files", "changes", "columns"):
        assert state[what] == undisturbed[what], what
