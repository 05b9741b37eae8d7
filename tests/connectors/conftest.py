"""One sandbox for all tests that read every connector from it; none of them changes its world."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from include.core import clock
from include.sandbox.generate import run_generate
from include.sandbox.testing import running_sandbox
from include.sandbox.world import SIZES, WorldSpec
from tests.connectors.connector_cases import Case, build_cases
from tests.connectors.connector_reads import NOW, Reads


@pytest.fixture(autouse=True)
def standing_clock(request: pytest.FixtureRequest) -> Iterator[None]:
    """It is ten days after the made-up world's end, whatever the calendar says.

    Vendors keep two or three years: by the real clock these tests would fail from 2028 on. Where a
    database has a clock of its own, ours must run with it.
    """
    if "warehouse" in request.fixturenames:
        yield
        return
    with clock.frozen(NOW):
        yield


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Case]]:
    spec = WorldSpec(size=SIZES["small"])
    world = tmp_path_factory.mktemp("world")
    run_generate(spec, world)
    with running_sandbox(spec) as url:
        yield build_cases(url, world)


@pytest.fixture(scope="session")
def reads(cases: dict[str, Case]) -> Reads:
    return Reads(cases)


@pytest.fixture
def faults(cases: dict[str, Case]) -> Iterator[Any]:
    root = re.match(r"http://[^/]+", cases["acme-stripe"].credentials.host or "")[0]  # type: ignore[index]
    url = f"{root}/_sandbox/faults"

    def add(**fault: Any) -> None:
        requests.post(url, json=fault, timeout=5).raise_for_status()

    yield add
    requests.delete(url, timeout=5)
