"""`check` at every vendor of the demo: all is well, a wrong secret, one stream out of order."""

from collections.abc import Iterator

import pytest
import requests

from include.ledger.connection import Warehouse
from include.pipeline.ready.feed_check import check_feed, check_warehouse
from include.pipeline.ready.network_check import Step
from include.sandbox.generate import run_generate
from include.sandbox.testing import running_sandbox
from include.sandbox.world import SIZES, WorldSpec
from tests.connectors.connector_cases import Case, build_cases
from tests.load_environment import build_environment

CANARY = "sk_canary_4be1_never_shown"


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Case]]:
    spec = WorldSpec(size=SIZES["small"])
    world = tmp_path_factory.mktemp("world")
    run_generate(spec, world)
    with running_sandbox(spec) as url:
        yield build_cases(url, world)


def _check(case: Case, url: str) -> list[Step]:
    return list(check_feed(case.feed, build_environment(Warehouse(url, False), case.credentials)))


def test_every_demo_feed_can_be_checked(cases: dict[str, Case], warehouse: str) -> None:
    assert not [step for step in check_warehouse(Warehouse(warehouse, False)) if step.error]
    assert len(cases) > 15
    for name, case in cases.items():
        steps = _check(case, warehouse)
        bad = [(name, step.what, step.stream, step.message) for step in steps if step.error]
        assert not bad
        found = [step.what for step in steps]
        assert found[0] == "credentials", name
        assert "scope" in found, name
        assert ("clock" in found) == case.is_api, name


def test_a_wrong_secret_is_a_refused_login_everywhere(
    cases: dict[str, Case], warehouse: str
) -> None:
    tested = 0
    for name, case in cases.items():
        if not case.is_api:
            continue
        steps = _check(case.with_secret(CANARY), warehouse)
        (bad,) = [step for step in steps if step.error]
        assert bad.what in ("auth", "credentials"), (name, bad)
        assert bad.stream is None, (name, bad)
        assert CANARY not in str([step.message for step in steps])
        tested += 1
    assert tested > 8


def test_a_list_that_is_out_of_order_names_its_stream(
    cases: dict[str, Case], warehouse: str
) -> None:
    case = cases["acme-stripe"]
    root = (case.credentials.host or "").split("/stripe")[0]
    requests.post(
        f"{root}/_sandbox/faults",
        json={"vendor": "stripe", "kind": "html", "times": 99, "path_contains": "refunds"},
        timeout=5,
    ).raise_for_status()
    try:
        steps = _check(case, warehouse)
    finally:
        requests.delete(f"{root}/_sandbox/faults", timeout=5)
    assert [step.stream for step in steps if step.error] == ["refunds"]
    assert [step.what for step in steps].count("auth") == 1
