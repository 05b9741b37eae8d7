"""A load to another store is killed at every step; an ordinary run puts it right: exactly once."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.remote_case import KINDS, Double, build_remote_case, run_double
from tests.integration.remote_killed import OF_KIND, STEPS, build_steps
from tests.integration.two_stores_killed import COMMITTED_AFTER, FIRST, load_second


@pytest.fixture(scope="module", params=KINDS)
def double(request: pytest.FixtureRequest) -> Iterator[Double]:
    with run_double(request.param) as double:
        yield double


@pytest.fixture(scope="module")
def undisturbed(warehouse: str, double: Double) -> dict[str, Any]:
    """What two quiet loads leave."""
    case = build_remote_case(warehouse, double, f"t{uuid4().hex[:10]}")
    case.load(*FIRST)
    load_second(case)  # type: ignore[arg-type]
    return case.state()


@pytest.mark.parametrize("step", [*STEPS, "its own"])
def test_a_kill_at_any_step_changes_nothing(
    warehouse: str, double: Double, undisturbed: dict[str, Any], step: str
) -> None:
    """SIGKILL, then an ordinary run: rows, counts, quarantine and cursor are a quiet one's.

    Where the warehouse had committed, the run finds that out and enters it as it was, once.
    """
    case = build_remote_case(warehouse, double, f"t{uuid4().hex[:10]}")
    case.load(*FIRST)
    if step == "its own":
        step = OF_KIND[double.kind][0]
    arguments = [case.url, double.kind, str(double.port), case.tenant, step]
    module = "tests.integration.remote_killed"
    died = subprocess.run([sys.executable, "-m", module, *arguments], check=False, timeout=300)
    assert died.returncode == -9
    result = load_second(case)  # type: ignore[arg-type]
    state = case.state()
    places = list(build_steps(double.kind))
    is_late = places.index(step) >= COMMITTED_AFTER and step != "inside its transaction"
    if not is_late:
        assert (result.inserted, result.updated) == (2, 1)
        assert state == undisturbed
        return
    assert (result.inserted, result.updated) == (0, 0)
    assert sorted(state["commits"]) == [(0, "done"), (1, "done"), (2, "done")]
    for what in ("children", "balance", "open", "tables", "cursor", "files", "changes", "columns"):
        assert state[what] == undisturbed[what], what
